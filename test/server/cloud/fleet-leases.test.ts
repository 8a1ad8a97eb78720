import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import { assertMccError } from "../../support/assert-error";
import { type TestCloud, testClouds } from "../../support/daemons/test-cloud";
import { applied, fleetOf } from "../../support/daemons/test-fleet";
import { eventually } from "../../support/time/eventually";
import { handTime } from "../../support/time/hand-time";

const hourMs = 3_600_000;
const hour = 3600;

describe("a fleet with a limited lifetime", () => {
  const newCloud = testClouds();
  const time = handTime();
  const open = (): Promise<TestCloud> => newCloud({ clock: time.clock });

  async function assertGone({ cloud, driver }: Pick<TestCloud, "cloud" | "driver">): Promise<void> {
    await eventually(async () => (await driver.list()).length === 0, "all containers are gone");
    await eventually(async () => (await cloud.fleets.list(localAdmin, {})).length === 0, "the fleet is gone");
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
  }

  it("is destroyed as a whole when its TTL expires, and its members show that time", async () => {
    const test = await open();
    const fleet = await applied(test.cloud, { name: "web", count: 3, ttlSeconds: hour });
    assert.deepEqual([fleet.ttlSeconds, fleet.expiresAt], [hour, "2026-01-01T01:00:00.000Z"]);
    for (const member of await test.cloud.instances.list(localAdmin, {})) {
      assert.deepEqual([member.ttlSeconds, member.expiresAt], [hour, fleet.expiresAt]);
    }
    await time.pass(hourMs - 1000);
    assert.equal((await test.cloud.instances.list(localAdmin, {})).length, 3);
    assert.equal(
      (await test.cloud.fleets.extend(localAdmin, { fleet: "web" })).expiresAt,
      "2026-01-01T01:59:59.000Z",
    );
    await time.pass(hourMs - 1000);
    assert.equal((await test.cloud.instances.list(localAdmin, {})).length, 3);
    await time.pass(1001);
    await assertGone(test);
  });

  it("restarts its TTL with each apply, and loses it in an apply without one", async () => {
    const { cloud } = await open();
    const web = { name: "web", count: 1, clientToken: "token-0001" };
    await applied(cloud, { ...web, ttlSeconds: hour });
    await time.pass(hourMs - 1000);
    await applied(cloud, { ...web, ttlSeconds: hour });
    await time.pass(hourMs - 1000);
    assert.equal((await applied(cloud, web)).expiresAt, undefined);
    await time.pass(hourMs);
    assert.equal((await cloud.fleets.list(localAdmin, {})).length, 1);
  });

  it("keeps its TTL if an apply is refused", async () => {
    const { cloud } = await open();
    const web = { name: "web", count: 1, clientToken: "token-0001" };
    const { expiresAt } = await applied(cloud, { ...web, ttlSeconds: hour });
    for (const ttlSeconds of [undefined, 60]) {
      const tooMany = fleetOf({ ...web, count: 2000, ttlSeconds });
      await assertMccError(cloud.fleets.apply(localAdmin, tooMany), "exhausted", /2000|1999/);
    }
    assert.equal((await cloud.fleets.get(localAdmin, { fleet: "web" })).expiresAt, expiresAt);
  });

  it("keeps its TTL after a restart of the daemon", async () => {
    const { cloud, driver, reopen } = await open();
    await applied(cloud, { name: "web", count: 2, ttlSeconds: hour });
    await time.pass(hourMs / 2);
    const next = await reopen();
    await time.pass(hourMs / 2 - 1000);
    assert.equal((await next.instances.list(localAdmin, {})).length, 2);
    await time.pass(1001);
    await assertGone({ cloud: next, driver });
  });

  it("is destroyed when its lease ends, and its members show that lease", async () => {
    const test = await open();
    const { lease } = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    await applied(test.cloud, { name: "web", count: 2, lease });
    assert.deepEqual(
      (await test.cloud.instances.list(localAdmin, {})).map((member) => member.lease),
      [lease, lease],
    );
    assert.deepEqual(await test.cloud.leases.end(localAdmin, { lease }), { destroyed: 2 });
    await assertGone(test);
  });

  it("is destroyed during its creation if its lease is not renewed", async () => {
    const test = await open();
    const { lease } = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    let started = (): void => undefined;
    const start = sinon.stub(test.driver, "start").callsFake(
      () =>
        new Promise<void>((resolve) => {
          started = resolve;
        }),
    );
    await test.cloud.fleets.apply(localAdmin, fleetOf({ name: "web", count: 1, lease }));
    const waiting = assert.rejects(
      test.cloud.fleets.wait(localAdmin, { fleet: "web", timeoutSeconds: 60 }),
      /was destroyed in the meantime: its lease was not renewed for 8 s/,
    );
    await eventually(() => start.called, "the start has begun");
    await time.pass(8000);
    started();
    await waiting;
    await assertGone(test);
  });

  it("is not created with a lease that is not open", async () => {
    const test = await open();
    await assertMccError(
      test.cloud.fleets.apply(localAdmin, fleetOf({ name: "web", count: 2, lease: "0".repeat(32) })),
      "not-found",
      /The lease 0{32} is not open/,
    );
    await assertGone(test);
  });

  it("is destroyed in a later attempt if its destruction at the end of the TTL fails", async () => {
    const test = await open();
    await applied(test.cloud, { name: "web", count: 2, ttlSeconds: 5 });
    const destroy = sinon.stub(test.driver, "destroy").rejects(new MccError("engine", "device busy."));
    await time.pass(5001);
    await eventually(
      async () => (await test.cloud.fleets.list(localAdmin, {}))[0]?.status === "failed",
      "it shows that it failed",
    );
    destroy.restore();
    await eventually(async () => {
      await time.pass(1000);
      return (await test.cloud.fleets.list(localAdmin, {})).length === 0;
    }, "a later try has worked");
    await assertGone(test);
  });

  it("allows no separate TTL for its members", async () => {
    const { cloud } = await open();
    await applied(cloud, { name: "web", count: 1 });
    const refused =
      /belongs to fleet "web" and lives as long as that; extend the fleet.s TTL \(mcc extend web\)\.$/;
    await assertMccError(
      cloud.instances.extend(localAdmin, { instance: "web-1", ttlSeconds: 5 }),
      "conflict",
      refused,
    );
    await assertMccError(
      cloud.instances.update(localAdmin, { instance: "web-1", ttlSeconds: 5 }),
      "conflict",
      refused,
    );
  });
});
