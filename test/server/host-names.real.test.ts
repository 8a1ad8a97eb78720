import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Client } from "../../client/client";
import { scopeOf } from "../../server/cloud/network/host-names";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";
import { eventually } from "../support/time/eventually";

const oldStack = { "minicloud/project": "old", "minicloud/stack": "test" };
const webStack = { "minicloud/project": "web", "minicloud/stack": "test" };

describe("names inside LXC containers", function () {
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

  async function create(name: string, labels: Record<string, string>): Promise<string> {
    const { id } = await client.call("instance.create", { name, hostname: `${name}.example`, labels });
    const { instance } = await client.call("instance.wait", { instance: id });
    return instance.ipAddress;
  }

  /** Returns the output of a shell in the instance, or its exit code unless it is 0. */
  async function shell(instance: string, script: string): Promise<string> {
    const result = await client.call("instance.exec", { instance, command: ["sh", "-c", script] });
    const text = Buffer.from(result.stdout, "base64").toString().trim();
    return result.exitCode === 0 ? text : `${result.exitCode} ${text}`;
  }

  const ping = (host: string): string => `ping -c 1 -W 5 ${host} | sed -n 's/^PING.*(\\(.*\\)).*/\\1/p'`;

  it("resolve to the instances of the same stack, also later ones, and not to others", async () => {
    const one = await create("one", webStack);
    const two = await create("two", webStack);
    await create("stranger", {});
    for (const host of ["two", "two.example"]) {
      assert.equal(await shell("one", ping(host)), two);
    }
    assert.equal(await shell("two", ping("one")), one);
    assert.equal(await shell("two", ping("two")), two);
    assert.ok(!(await shell("one", "cat /etc/hosts")).includes("stranger"));
    assert.ok(!(await shell("stranger", "cat /etc/hosts")).includes("one"));
  });

  it("follow a rename, a destroy and a new daemon", async () => {
    await client.call("instance.update", { instance: "two", name: "three" });
    await eventually(async () => (await shell("one", ping("three"))) !== "", "the new name is known");
    client.close();
    await daemon.kill();
    await daemon.start();
    client = await daemon.client();
    const four = await create("four", webStack);
    assert.equal(await shell("three", ping("four")), four);
    await client.call("instance.destroy", { instance: "four" });
    await eventually(
      async () => !(await shell("three", "cat /etc/hosts")).includes("four"),
      "it is forgotten",
    );
    await client.call("instance.restart", { instance: "three" });
    assert.match(await shell("three", ping("one")), /^198\.18\./);
  });

  it("cannot be changed for others from inside", async () => {
    const own = "cp /etc/hosts /tmp/hosts && mv /tmp/hosts /etc/hosts && echo 198.18.0.9 mine >>/etc/hosts";
    assert.equal(await shell("one", `${own} && ${ping("mine")}; true`), "198.18.0.9");
    assert.ok(!(await shell("three", "cat /etc/hosts")).includes("mine"));
  });

  it("get a later host next to lines from inside, and the link is restored if a program replaces it", async () => {
    await create("editor", webStack);
    const edits = [
      "echo 198.18.0.9 appended >>/etc/hosts",
      "(cat /etc/hosts; echo 198.18.0.9 renamed) >/etc/minicloud/new && mv /etc/minicloud/new $(realpath /etc/hosts)",
      "sed -i 's/^::1.*/& replaced/' /etc/hosts && echo 198.18.0.9 mine >>/etc/hosts",
    ];
    for (const [index, edit] of edits.entries()) {
      assert.equal(await shell("editor", edit), "");
      const later = await create(`later-${index}`, webStack);
      assert.equal(await shell("editor", ping(`later-${index}`)), later);
    }
    assert.equal(
      await shell("editor", "readlink /etc/hosts; ls -A /etc/minicloud"),
      "minicloud/hosts\nhosts",
    );
    await client.call("instance.stop", { instance: "editor" });
    for (let index = 0; index < edits.length; index += 1) {
      await client.call("instance.destroy", { instance: `later-${index}` });
    }
    await client.call("instance.start", { instance: "editor" });
    const names = "cat /etc/hosts";
    await eventually(async () => !(await shell("editor", names)).includes("later"), "they are forgotten");
    for (const word of ["appended", "renamed", "ip6-localhost replaced", "mine", "two.example"]) {
      assert.ok((await shell("editor", names)).includes(word), word);
    }
  });

  it("are written into a stopped instance whose link was replaced", async () => {
    await create("stopped", webStack);
    await shell("stopped", "sed -i 's/^::1/198.18.0.9 mine\\n&/' /etc/hosts");
    await client.call("instance.stop", { instance: "stopped" });
    const later = await create("later", webStack);
    await client.call("instance.start", { instance: "stopped" });
    assert.equal(await shell("stopped", "readlink /etc/hosts"), "minicloud/hosts");
    assert.equal(await shell("stopped", ping("later")), later);
    assert.equal(await shell("stopped", `${ping("mine")}; true`), "198.18.0.9");
    await client.call("instance.destroy", { instance: "later" });
  });

  for (const [what, make] of [
    ["a link", "ln -s /etc/passwd /etc/minicloud/hosts"],
    ["a second name of a file", "echo kept >/etc/minicloud/x && ln /etc/minicloud/x /etc/minicloud/hosts"],
    ["a FIFO", "mkfifo /etc/minicloud/hosts"],
    ["a large file", "dd if=/dev/zero of=/etc/minicloud/hosts bs=1M count=2"],
  ] as const) {
    it(`are not written to ${what} from inside, and are again when that is removed`, async () => {
      const state = "stat -c '%F %h %s %i' /etc/minicloud/hosts; head -c 100 /etc/passwd /etc/minicloud/x";
      await create("hostile", webStack);
      await shell("hostile", `rm /etc/minicloud/hosts; ${make}`);
      const before = await shell("hostile", state);
      await create("later", webStack);
      assert.equal(await shell("hostile", state), before);
      await shell("hostile", "rm /etc/minicloud/hosts");
      const last = await create("last", webStack);
      const isKnown = async (): Promise<boolean> =>
        (await shell("hostile", "cat /etc/hosts")).includes("last");
      await eventually(isKnown, "the name is written");
      assert.equal(await shell("hostile", ping("last")), last);
      for (const instance of ["hostile", "later", "last"]) {
        await client.call("instance.destroy", { instance });
      }
    });
  }

  it("are known in a container of the first release, which has its own file after its next start", async () => {
    await create("old", oldStack);
    const { id } = await client.call("instance.get", { instance: "old" });
    await client.call("instance.stop", { instance: "old" });
    const scope = join(daemon.stateFolder, "names", scopeOf(oldStack));
    await mkdir(scope, { recursive: true });
    await writeFile(join(scope, "hosts"), "127.0.0.1 localhost\n");
    await execa("chmod", ["-R", "a+rX", join(daemon.stateFolder, "names")]);
    const containers = join(daemon.stateFolder, "lxc", "containers");
    const name = (await readdir(containers)).find((each) => each.endsWith(`-${id}`)) ?? "";
    const folder = join(containers, name);
    await rm(join(folder, "layer", "minicloud"), { recursive: true });
    const configuration = await readFile(join(folder, "config"), "utf8");
    const earlier = `lxc.mount.entry = ${scope} etc/minicloud none bind,ro,create=dir 0 0`;
    const line = /^lxc\.mount\.entry = .* etc\/minicloud .*$/m;
    assert.match(configuration, line);
    await writeFile(join(folder, "config"), configuration.replace(line, earlier));
    await client.call("instance.start", { instance: "old" });
    client.close();
    await daemon.restart();
    client = await daemon.client();
    const neighbour = await create("neighbour", oldStack);
    assert.equal(await shell("old", ping("neighbour")), neighbour);
    assert.match(await shell("old", "echo x >>/etc/hosts || echo refused"), /refused/);
    await client.call("instance.restart", { instance: "old" });
    assert.equal(await shell("old", ping("neighbour")), neighbour);
    assert.equal(await shell("old", "echo 198.18.0.9 mine >>/etc/hosts"), "");
    for (const instance of ["old", "neighbour"]) {
      await client.call("instance.destroy", { instance });
    }
    await eventually(async () => (await readdir(join(scope, ".."))).length === 0, "the shared file is gone");
  });
});
