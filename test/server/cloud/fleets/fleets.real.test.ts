import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { applyFleet, type Client, type Fleet } from "../../../../client";
import { assertMccError } from "../../../support/assert-error";
import { importMicro } from "../../../support/daemons/micro-image";
import { recordedIds } from "../../../support/daemons/recorded-ids";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";
import { eventually } from "../../../support/time/eventually";

const web = { name: "web", clientToken: "token-0001", type: "light" };

describe("fleets over LXC", function () {
  this.timeout(180_000);
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  let client: Client;

  before(async () => {
    daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    client = await daemon.client();
    await importMicro(daemon, client);
  });
  afterEach(async () => {
    await client.call("fleet.destroy", { fleet: "web" });
    await assertNothingLeft();
  });
  after(() => client.close());

  async function assertNothingLeft(): Promise<void> {
    assert.deepEqual(await client.call("instance.list", {}), []);
    assert.deepEqual(await readdir(join(daemon.stateFolder, "fleets")), []);
    assert.deepEqual(await recordedIds(daemon.stateFolder), []);
    const { addressPool } = await client.call("server.info", {});
    assert.equal(addressPool.free, addressPool.size);
  }

  async function shell({ id }: Fleet["members"][number], script: string): Promise<string> {
    const command = ["sh", "-c", script];
    const { stdout } = await client.call("instance.exec", { instance: id, command });
    return Buffer.from(stdout, "base64").toString().trimEnd();
  }

  async function readyMembers(): Promise<number> {
    const [fleet] = await client.call("fleet.list", {});
    return fleet?.counts.ready ?? 0;
  }

  it("replace only the failed members, which keep their names and addresses", async () => {
    const { members: before } = await applyFleet(client, { ...web, count: 4 });
    const [first, second, third] = before;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    await client.call("instance.stop", { instance: second.id, graceSeconds: 0 });
    await client.call("instance.destroy", { instance: third.id });
    assert.equal((await client.call("fleet.get", { fleet: "web" })).status, "degraded");
    const { members: after, status } = await applyFleet(client, { ...web, count: 4 });
    assert.equal(status, "ready");
    assert.deepEqual(
      after.map(({ name, ipAddress }) => [name, ipAddress]),
      before.map(({ name, ipAddress }) => [name, ipAddress]),
    );
    const isSame = after.map(({ uid }, place) => uid === before[place]?.uid);
    assert.deepEqual(isSame, [true, false, false, true]);
    assert.equal(await shell(first, "grep -w web-3 /etc/hosts | cut -d' ' -f1"), third.ipAddress);
  });

  it("are undone as a whole if the script of one member fails", async () => {
    const userData = 'test "$(hostname)" != web-3';
    await assertMccError(
      applyFleet(client, { ...web, count: 5, userData }),
      "invalid",
      /^Fleet "web" was not created: 1 of 5 members failed: web-3: .*exit code 1.* Everything done before was undone\.$/,
    );
    await assertNothingLeft();
  });

  for (const ready of [0, 3]) {
    it(`leave nothing if the daemon is killed with ${ready} members ready, and are created by the next apply`, async () => {
      await client.call("fleet.apply", { ...web, count: 24 });
      await eventually(async () => (await readyMembers()) >= ready, `${ready} are ready`);
      await daemon.kill();
      await daemon.start();
      await assertNothingLeft();
      assert.equal((await applyFleet(client, { ...web, count: 8 })).counts.ready, 8);
    });
  }

  it("keep their existing members if the daemon is killed while they grow", async () => {
    const { members: before } = await applyFleet(client, { ...web, count: 3 });
    await client.call("fleet.apply", { ...web, count: 20 });
    await eventually(async () => (await readyMembers()) > 3, "one more is ready");
    await daemon.kill();
    await daemon.start();
    const left = await client.call("fleet.get", { fleet: "web" });
    assert.equal(left.status, "degraded");
    assert.deepEqual(left.members, before);
    const { members } = await applyFleet(client, { ...web, count: 6 });
    assert.deepEqual(members.slice(0, 3), before);
  });
});
