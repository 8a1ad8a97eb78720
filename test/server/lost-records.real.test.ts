import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import { compiled } from "../support/checkout";
import { importMicro } from "../support/daemons/micro-image";
import { type TestDaemon, testDaemons } from "../support/daemons/test-daemon";

const mcc = compiled("programs/bin/mcc.js");

describe("LXC containers whose records were lost", function () {
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

  async function create(name: string): Promise<Instance> {
    const { id } = await client.call("instance.create", { name });
    return (await client.call("instance.wait", { instance: id })).instance;
  }

  async function runMcc(...words: string[]): Promise<string> {
    const environment = { ...daemon.environment, MCC_SERVER: daemon.url, MCC_TOKEN: await daemon.token() };
    const { stdout } = await promisify(execFile)(process.execPath, [mcc, ...words], { env: environment });
    return stdout;
  }

  /** Stops the daemon, removes these entries of its state folder, and starts it again. */
  async function lose(...paths: string[]): Promise<void> {
    await daemon.stop();
    for (const path of paths) {
      await rm(join(daemon.stateFolder, path), { recursive: true });
    }
    await daemon.start();
  }

  async function containers(): Promise<string[]> {
    return await readdir(join(daemon.stateFolder, "lxc/containers"));
  }

  it("continue to run, are listed, keep their addresses, and are destroyed by mcc, by id and by age", async () => {
    const [one, two] = [await create("one"), await create("two")];
    await lose(`instances/${one.id}/instance.json`, `instances/${two.id}`);
    for (const before of [one, two]) {
      const { status, uid, ipAddress, name } = await client.call("instance.get", { instance: before.id });
      assert.deepEqual(
        { status, uid, ipAddress, name },
        { status: "failed", uid: before.uid, ipAddress: before.ipAddress, name: before.name },
      );
      const command = ["cat", "/sys/class/net/eth0/address"];
      assert.equal((await client.call("instance.exec", { instance: before.id, command })).exitCode, 0);
    }
    const three = await create("three");
    assert.ok(![one.ipAddress, two.ipAddress].includes(three.ipAddress));
    await client.call("instance.destroy", { instance: three.id });

    assert.match(await runMcc("list-instances", "-a"), /one.*failed|failed.*one/);
    await runMcc("destroy-instance", String(one.id));
    await runMcc("prune", "--older-than", "1s", "-y");
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await containers(), []);
  });

  it("keep their addresses even if LXC's own files are lost, and are purged with the rest", async () => {
    const before = await create("web");
    const [name = ""] = await containers();
    await lose(`instances/${before.id}`, `lxc/containers/${name}/config`);
    const found = await client.call("instance.get", { instance: before.id });
    assert.deepEqual([found.status, found.ipAddress], ["failed", before.ipAddress]);
    // The end of the suite purges it, and checks that nothing is left.
  });
});
