import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import type { Client } from "../../client";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type PulumiStack, pulumiStacks } from "../support/pulumi/pulumi-stack";

const hostSchema = z.object({ name: z.string(), ipAddress: z.string(), sshHostKey: z.string() });
type Host = z.infer<typeof hostSchema>;

describe("real hosts of a stack", function () {
  this.timeout(300_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  const newFolder = temporaryFolders();
  let folder: string;
  let daemon: TestDaemon;
  let client: Client;
  let stack: PulumiStack;

  before(async () => {
    folder = await newFolder();
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
    stack = await newStack();
    stack.use(daemon);
    for (const name of ["old", "new"]) {
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(folder, name)]);
    }
  });

  async function upWithKey(name: string): Promise<Host[]> {
    const publicKey = await readFile(join(folder, `${name}.pub`), "utf8");
    await stack.program(`
      const key = new Key("me", { publicKey: ${JSON.stringify(publicKey)} });
      exports.hosts = ["one", "two"].map((name) => {
        const { ipAddress, sshHostKey, ...host } = new Instance(name, { keys: [key.name] });
        return { name: host.name, ipAddress, sshHostKey };
      });
    `);
    await stack.up();
    return await stack.output("hosts", z.array(hostSchema));
  }

  /** Runs a command on a host as root, and verifies its host key. */
  async function ssh(keyName: string, { ipAddress, sshHostKey }: Host, ...command: string[]) {
    const knownHosts = join(folder, `known_hosts-${ipAddress}`);
    await writeFile(knownHosts, `${ipAddress} ${sshHostKey}\n`);
    const options = {
      UserKnownHostsFile: knownHosts,
      GlobalKnownHostsFile: "/dev/null",
      StrictHostKeyChecking: "yes",
      IdentitiesOnly: "yes",
      BatchMode: "yes",
      ConnectTimeout: "10",
    };
    const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return await execa(
      "ssh",
      ["-F", "none", ...words, "-i", join(folder, keyName), `root@${ipAddress}`, ...command],
      {
        reject: false,
        stdin: "ignore",
      },
    );
  }

  it("accept a login as soon as they are created, with known host keys", async () => {
    const hosts = await upWithKey("old");
    const answers = await Promise.all(hosts.map((host) => ssh("old", host, "hostname")));
    assert.deepEqual(
      answers.map(({ stdout, stderr }) => stdout + stderr),
      hosts.map(({ name }) => name),
    );
    await stack.isSettled();
  });

  it("accept the new key and refuse the old one after a change of the key", async () => {
    const before = await client.call("instance.list", {});
    for (const host of await upWithKey("new")) {
      assert.equal((await ssh("new", host, "true")).exitCode, 0);
      assert.match((await ssh("old", host, "true")).stderr, /Permission denied/);
    }
    const ids = (await client.call("instance.list", {})).map(({ id }) => id);
    assert.deepEqual(
      ids,
      before.map(({ id }) => id),
    );
  });

  it("are restored after one was stopped and another destroyed outside of Pulumi", async () => {
    const [one, two] = await stack.output("hosts", z.array(hostSchema));
    assert.ok(one && two);
    await client.call("instance.stop", { instance: one.name });
    await client.call("instance.destroy", { instance: two.name });
    await stack.refresh();
    for (const host of await upWithKey("new")) {
      assert.equal((await ssh("new", host, "true")).exitCode, 0);
    }
  });

  it("are reached by the sshConfig of their fleet without a known_hosts file", async () => {
    const publicKey = await readFile(join(folder, "new.pub"), "utf8");
    await stack.program(`
      const key = new Key("me", { publicKey: ${JSON.stringify(publicKey)} });
      const fleet = new Fleet("web", { count: 2, namePrefix: "web", keys: [key.name] });
      exports.sshConfig = fleet.sshConfig;
    `);
    await stack.up();
    const file = join(folder, "ssh_config");
    const log = async (config: string, host: string) => {
      await writeFile(file, config);
      const words = ["-F", file, "-o", "BatchMode=yes", "-i", join(folder, "new"), host, "hostname"];
      return await execa("ssh", words, { reject: false, stdin: "ignore", env: { HOME: folder } });
    };
    const config = await stack.output("sshConfig", z.string());
    for (const host of ["web-1", "web-2"]) {
      const { stdout, stderr } = await log(config, host);
      assert.deepEqual([stdout, stderr], [host, ""]);
    }
    const [one = "", two = ""] = config.match(/ssh-ed25519 \S+/g) ?? [];
    const { exitCode, stderr } = await log(config.replace(one, two), "web-1");
    assert.equal(exitCode, 255);
    assert.match(stderr, /Host key verification failed/);
  });

  it("are kept on request if they are not ready in time, without showing a secret script", async () => {
    const program = (create: string, rest: string): string =>
      `new Instance("slow", { name: "slow", userData: pulumi.secret("true # s3cret"), timeouts: { create: "${create}" }, ${rest} });`;
    await stack.program(program("2s", "waitFor: { tcp: 9 }, keepOnFailure: true"));
    const output = await stack.fail("up", "--yes", "--skip-preview");
    assert.match(output, /did not get as far as "tcp 9" within 2 s/);
    const { status, id } = await client.call("instance.get", { instance: "slow" });
    assert.equal(status, "failed");
    assert.ok((await stack.resources()).some(({ outputs }) => outputs?.instanceId === id));
    await stack.program(program("60s", ""));
    await stack.up();
    const [now, ...more] = await client.call("instance.list", {});
    assert.deepEqual([now?.status, more], ["running", []]);
    await stack.isSettled();
    for (const text of [output, JSON.stringify(await stack.deployment()), daemon.log]) {
      assert.doesNotMatch(text, /s3cret/);
    }
  });

  it("do not exist after a destroy", async () => {
    await stack.destroy();
    assert.deepEqual(await client.call("instance.list", {}), []);
  });
});
