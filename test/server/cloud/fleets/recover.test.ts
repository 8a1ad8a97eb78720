import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { testClouds } from "../../../support/daemons/test-cloud";
import { applied, fleetOf } from "../../../support/daemons/test-fleet";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

const never = (): Promise<never> => new Promise(() => undefined);
const web = { name: "web", clientToken: "token-0001" };

describe("a fleet after its daemon was killed", () => {
  const newCloud = testClouds();
  const time = handTime();

  for (const step of ["create", "start"] as const) {
    it(`is undone with all members if its first apply was in the step "${step}"`, async () => {
      const { cloud, driver, stateFolder, reopen } = await newCloud();
      const real = driver[step].bind(driver) as (argument: unknown) => Promise<never>;
      let calls = 0;
      const stub = sinon.stub(driver, step).callsFake((argument: unknown) => {
        calls += 1;
        return calls > 2 ? never() : real(argument);
      });
      await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 5 }));
      await eventually(() => calls === 5, `the step "${step}" has begun for all`);
      stub.restore();
      const next = await reopen();
      assert.deepEqual(await next.fleets.list(localAdmin, {}), []);
      assert.deepEqual(await next.instances.list(localAdmin, {}), []);
      assert.deepEqual(await driver.list(), []);
      assert.deepEqual(await readdir(join(stateFolder, "fleets")), []);
      assert.equal(next.info(localAdmin).addressPool.free, next.info(localAdmin).addressPool.size);
      assert.equal((await applied(next, { ...web, count: 5 })).status, "ready");
    });
  }

  it("is unchanged if no apply was running, including later changes of its members", async () => {
    const { cloud, driver, reopen } = await newCloud();
    await applied(cloud, { ...web, count: 3 });
    await cloud.instances.update(localAdmin, { instance: "web-2", labels: { mine: "yes" } });
    const before = await cloud.fleets.get(localAdmin, { fleet: "web" });
    const next = await reopen();
    assert.deepEqual(await next.fleets.get(localAdmin, { fleet: "web" }), before);
    assert.deepEqual((await next.instances.get(localAdmin, { instance: "web-2" })).labels, { mine: "yes" });
    assert.equal((await applied(next, { ...web, count: 3 })).status, "ready");
    assert.equal((await driver.list()).length, 3);
  });

  it("lacks the members that a user destroyed, and the next apply repairs it", async () => {
    const { cloud, reopen } = await newCloud();
    await applied(cloud, { ...web, count: 3 });
    const { members } = await cloud.fleets.get(localAdmin, { fleet: "web" });
    await cloud.instances.destroy(localAdmin, { instance: "web-2" });
    const next = await reopen();
    const fleet = await next.fleets.get(localAdmin, { fleet: "web" });
    assert.equal(fleet.status, "degraded");
    assert.deepEqual(
      fleet.members.map(({ name }) => name),
      ["web-1", "web-3"],
    );
    await applied(next, { ...web, count: 3 });
    const healed = await next.fleets.get(localAdmin, { fleet: "web" });
    assert.equal(healed.members[1]?.ipAddress, members[1]?.ipAddress);
  });

  it("keeps its members if it was growing, reports that, and the next apply repairs it", async () => {
    const { cloud, driver, reopen } = await newCloud();
    await applied(cloud, { ...web, count: 2 });
    const before = await driver.list();
    const stub = sinon.stub(driver, "start").callsFake(never);
    await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 4 }));
    await eventually(() => stub.callCount === 2, "the new ones are being made");
    stub.restore();
    const next = await reopen();
    assert.deepEqual(await driver.list(), before);
    const fleet = await next.fleets.get(localAdmin, { fleet: "web" });
    assert.equal(fleet.status, "degraded");
    assert.match(fleet.failure ?? "", /ended while it changed/);
    await assertMccError(
      next.fleets.wait(localAdmin, { fleet: "web", timeoutSeconds: 1 }),
      "unavailable",
      /apply it again/,
    );
    assert.equal((await applied(next, { ...web, count: 4 })).status, "ready");
    assert.equal((await driver.list()).length, 4);
  });

  for (const step of ["destroy", "create"] as const) {
    it(`is repaired by the next apply if it was replacing members in the step "${step}"`, async () => {
      const { cloud, driver, reopen } = await newCloud();
      await driver.importImage("other", "");
      await applied(cloud, { ...web, count: 4 });
      const { members } = await cloud.fleets.get(localAdmin, { fleet: "web" });
      const stub = sinon.stub(driver, step).callsFake(never);
      await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 4, image: "other", maxUnavailable: 2 }));
      await eventually(() => stub.callCount === 2, "two are being replaced");
      stub.restore();
      const next = await reopen();
      const { counts, status } = await next.fleets.get(localAdmin, { fleet: "web" });
      assert.equal(status, "degraded");
      assert.equal(counts.ready, 0);
      assert.equal((await driver.list()).length, 2);
      await applied(next, { ...web, count: 4, image: "other" });
      const healed = (await next.fleets.get(localAdmin, { fleet: "web" })).members;
      assert.deepEqual(
        healed.map(({ name, ipAddress }) => [name, ipAddress]),
        members.map(({ name, ipAddress }) => [name, ipAddress]),
      );
      assert.equal((await driver.list()).length, 4);
      assert.equal(next.info(localAdmin).addressPool.free, 4);
    });
  }

  it("is destroyed if it was being destroyed", async () => {
    const { cloud, driver, stateFolder, reopen } = await newCloud();
    await applied(cloud, { ...web, count: 3 });
    const stub = sinon.stub(driver, "destroy").callsFake(never);
    void cloud.fleets.destroy(localAdmin, { fleet: "web" });
    await eventually(() => stub.called, "the first is being destroyed");
    stub.restore();
    const next = await reopen();
    assert.deepEqual(await next.fleets.list(localAdmin, {}), []);
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await readdir(join(stateFolder, "fleets")), []);
  });

  it("is shown as failed if it cannot be undone, and is destroyed in a later attempt", async () => {
    const { cloud, driver, reopen } = await newCloud();
    const started = sinon.stub(driver, "start").callsFake(never);
    await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 2 }));
    await eventually(() => started.called, "the start has begun");
    const stub = sinon.stub(driver, "destroy").rejects(new Error("device busy."));
    const next = await reopen();
    assert.deepEqual(
      (await next.fleets.list(localAdmin, {})).map(({ name, status }) => [name, status]),
      [["web", "failed"]],
    );
    stub.restore();
    started.restore();
    await time.passUntil(async () => (await next.fleets.list(localAdmin, {})).length === 0, "it is gone");
    assert.deepEqual(await driver.list(), []);
    assert.equal(next.info(localAdmin).addressPool.free, next.info(localAdmin).addressPool.size);
  });
});
