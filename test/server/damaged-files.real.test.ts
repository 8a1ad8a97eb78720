import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { makeHostKey } from "../../server/cloud/instances/creation/host-key";
import { compiled } from "../support/checkout";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";

const mcc = compiled("programs/bin/mcc.js");

describe("LXC containers under a daemon whose files were damaged", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });
  after(() => client.close());

  const pathTo = (...path: string[]): string => join(daemon.stateFolder, ...path);

  async function list(): Promise<Instance[]> {
    return await client.call("instance.list", {});
  }

  /** Returns a container's addresses, and the process that shows that it is the same. */
  async function seenFrom({ id }: Instance): Promise<string> {
    const command = ["sh", "-c", "cat /sys/class/net/eth0/address; ip route; stat -c %Z /proc/1"];
    const { exitCode, stdout } = await client.call("instance.exec", { instance: id, command });
    assert.equal(exitCode, 0);
    return Buffer.from(stdout, "base64").toString();
  }

  async function runMcc(...words: string[]): Promise<string> {
    const environment = { ...daemon.environment, MCC_SERVER: daemon.url, MCC_TOKEN: await daemon.token() };
    const { stdout } = await promisify(execFile)(process.execPath, [mcc, ...words], { env: environment });
    return stdout;
  }

  it("continue to run in their network, are listed with their addresses, and are destroyed by mcc", async () => {
    await client.call("key.add", { name: "me", publicKey: makeHostKey().publicKey });
    const { id } = await client.call("instance.create", { name: "web", keys: ["me"] });
    await client.call("instance.wait", { instance: id });
    const { uid } = await client.call("fleet.apply", { name: "db", count: 2, clientToken: "token-0001" });
    await client.call("fleet.wait", { fleet: "db", uid });
    const gone = await client.call("instance.create", { name: "gone" });
    await client.call("instance.wait", { instance: gone.id });
    await client.call("instance.destroy", { instance: gone.id });
    const before = await list();
    const seenBefore = await Promise.all(before.map(seenFrom));
    const network = await readFile(pathTo("network.json"), "utf8");

    // After an orderly end, each record has a file of its own.
    await daemon.restart();
    await daemon.kill();
    await truncate(pathTo("instances", String(id), "instance.json"), 100);
    await writeFile(pathTo("fleets", "db.json"), Buffer.alloc(1000));
    await writeFile(pathTo("network.json"), "");
    await writeFile(pathTo("next-id.json"), randomBytes(20));
    await rm(pathTo("keys", "me.json"));
    await mkdir(pathTo("keys", "me.json"));
    await rm(pathTo("lease-clock.json"));
    await writeFile(pathTo("names"), "");
    await writeFile(pathTo("lxc", "images", "stray"), "");
    await writeFile(pathTo("next-id.json.new"), "half a fi");
    await writeFile(pathTo("fleets", "db.json.new"), "half a fi");
    await daemon.start();

    const told = ({ id: itsId, uid: itsUid, name, ipAddress }: Instance) => ({
      itsId,
      itsUid,
      name,
      ipAddress,
    });
    assert.deepEqual((await list()).map(told), before.map(told));
    assert.deepEqual(await Promise.all(before.map(seenFrom)), seenBefore);
    assert.equal(await readFile(pathTo("network.json"), "utf8"), network);
    assert.deepEqual(
      (await readdir(daemon.stateFolder, { recursive: true })).filter(
        (name) => name.endsWith(".new") && !name.startsWith("lxc/"),
      ),
      [],
    );
    const next = await client.call("instance.create", { name: "next" });
    const { ready } = await client.call("instance.wait", { instance: next.id });
    assert.ok(ready);
    assert.ok(next.id > gone.id + 1);
    assert.ok(![...before, gone].some(({ ipAddress }) => ipAddress === next.ipAddress));

    const shown = await runMcc("server-info");
    for (const file of [
      `instances/${id}/instance.json`,
      "fleets/db.json",
      "network.json",
      "next-id.json",
      "names",
    ]) {
      assert.match(shown, new RegExp(`^damaged +${file}: .*; now ${daemon.stateFolder}/damaged/`, "m"));
    }
    assert.match(shown, /^damaged +keys\/me\.json: it is a folder/m);
    assert.match(shown, /^damaged +lxc\/images\/stray\/image\.json: .*the image is not listed/m);

    for (const { id: each } of await list()) {
      await runMcc("destroy-instance", String(each));
    }
    assert.deepEqual(await list(), []);
    assert.deepEqual(await readdir(pathTo("lxc", "containers")), []);
    await rm(pathTo("lxc", "images", "stray"));
  });

  afterEach(async () => {
    for (const { id } of await list()) {
      await client.call("instance.destroy", { instance: id });
    }
  });

  it("are not orphaned by a damaged server-id: the daemon reports the remedy, and works again after it", async () => {
    const { id } = await client.call("instance.create", { name: "web" });
    await client.call("instance.wait", { instance: id });
    const { serverId } = await client.call("server.info", {});
    await daemon.stop();
    for (const damage of [() => rm(pathTo("server-id")), () => writeFile(pathTo("server-id"), "")]) {
      await damage();
      await assert.rejects(daemon.start(), /server-id.*put (it|back)/i);
    }
    await writeFile(pathTo("server-id"), `${serverId}\n`);
    await daemon.start();
    assert.equal((await client.call("instance.get", { instance: id })).status, "running");
    await client.call("instance.destroy", { instance: id });
  });
});
