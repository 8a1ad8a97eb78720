import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Driver } from "../../../server/driver/driver";
import { assertMccError } from "../../support/assert-error";
import { recordedIds } from "../../support/daemons/recorded-ids";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../support/daemons/test-cloud";
import { eventually } from "../../support/time/eventually";

const broken = new MccError("engine", "lxc-start: no space left on device.");

describe("a daemon, if a step of the engine fails", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  for (const step of ["create", "start"] as const) {
    it(`undoes everything and names the step "${step}"`, async () => {
      const test = await newCloud();
      sinon.stub(test.driver, step).rejects(broken);
      await assertMccError(
        createReady(test.cloud, { name: "web" }),
        "engine",
        new RegExp(`\\(web\\).*step "${step}" failed: lxc-start: no space left.*undone`),
      );
      await assertNothingRemains(test);
      await assertMccError(
        test.cloud.instances.get(localAdmin, { instance: 500 }),
        "not-found",
        /No instance 500/,
      );
      sinon.restore();
      assert.equal((await createReady(test.cloud, { name: "web" })).status, "running");
    });
  }

  it("reports the failure to a client that waits for the instance, and does no step twice", async () => {
    const test = await newCloud();
    const start = sinon.stub(test.driver, "start").rejects(broken);
    const failure = ["engine", /step "start" failed: .*undone/] as const;
    await assertMccError(
      test.cloud.instances.create(localAdmin, creation({ name: "web", waitSeconds: 60 })),
      ...failure,
    );
    assert.equal(start.callCount, 1);
    const instance = await test.cloud.instances.create(localAdmin, creation({ name: "web" }));
    assert.equal(instance.status, "pending");
    await assertMccError(
      test.cloud.instances.wait(localAdmin, { ...targetOf(instance), timeoutSeconds: 60 }),
      ...failure,
    );
    assert.equal(start.callCount, 2);
    await assertNothingRemains(test);
  });

  it("reports the failure later by id, and the latest failure by name", async () => {
    const { cloud, driver } = await newCloud();
    const start = sinon.stub(driver, "start");
    for (const why of ["no memory left.", "no space left."]) {
      start.rejects(new MccError("engine", why));
      await assertMccError(
        cloud.instances.create(localAdmin, creation({ name: "web", waitSeconds: 60 })),
        "engine",
        /no (memory|space) left/,
      );
    }
    const wait = (instance: number | string) =>
      cloud.instances.wait(localAdmin, { instance, timeoutSeconds: 0 });
    await assertMccError(wait(500), "engine", /no memory left/);
    await assertMccError(wait("web"), "engine", /no space left/);
    await assertMccError(wait("db"), "not-found", /"db"/);
  });

  it("shows the instance as failed if undoing it fails too, keeps its name taken, and removes it later", async () => {
    const test = await newCloud();
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    sinon.stub(test.driver, "start").rejects(broken);
    const destroy = sinon.stub(test.driver, "destroy").rejects(new MccError("engine", "device busy."));
    const instance = await test.cloud.instances.create(localAdmin, creation({ name: "web" }));
    await assertMccError(
      test.cloud.instances.wait(localAdmin, { ...targetOf(instance), timeoutSeconds: 60 }),
      "engine",
      /Undoing it failed too, and is tried again: .*device busy/,
    );
    const failed = await test.cloud.instances.get(localAdmin, targetOf(instance));
    assert.equal(failed.status, "failed");
    assert.match(failed.failure ?? "", /no space left/);
    await assertMccError(
      test.cloud.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    await clock.tickAsync(1000);
    await eventually(() => destroy.callCount === 2, "it is tried again");
    destroy.restore();
    await eventually(async () => {
      await clock.tickAsync(10_000);
      return (await test.cloud.instances.list(localAdmin, {})).length === 0;
    }, "a later try has worked");
    clock.restore();
    await assertNothingRemains(test);
  });

  it("reports a failed destroy, and destroys the instance on the next request", async () => {
    const test = await newCloud();
    const instance = await createReady(test.cloud);
    const destroy = sinon.stub(test.driver, "destroy").rejects(broken);
    await assertMccError(
      test.cloud.instances.destroy(localAdmin, targetOf(instance)),
      "engine",
      /Destroying instance 500 .* failed, and is tried again: lxc-start: no space left/,
    );
    assert.equal((await test.cloud.instances.get(localAdmin, targetOf(instance))).status, "failed");
    destroy.restore();
    assert.deepEqual(await test.cloud.instances.destroy(localAdmin, targetOf(instance)), { destroyed: true });
    await assertNothingRemains(test);
  });

  for (const step of ["resize", "writeFiles"] as const) {
    it(`changes nothing if "${step}" fails in an update`, async () => {
      const test = await newCloud();
      const instance = await createReady(test.cloud, { name: "web" });
      const stub = sinon.stub(test.driver, step);
      stub.onFirstCall().rejects(broken);
      stub.callThrough();
      await assertMccError(
        test.cloud.instances.update(localAdmin, {
          ...targetOf(instance),
          name: "other",
          type: "light",
          keys: [],
        }),
        "engine",
        /no space left/,
      );
      const after = await test.cloud.instances.get(localAdmin, targetOf(instance));
      assert.deepEqual([after.name, after.type], ["web", "basic"]);
      assert.equal((await createReady(test.cloud, { name: "other" })).name, "other");
    });
  }

  it("undoes a failed update later if undoing it fails too, and says so", async () => {
    const test = await newCloud();
    const instance = await createReady(test.cloud, { name: "web" });
    const resize = sinon.stub(test.driver, "resize");
    resize.onCall(0).rejects(broken);
    resize.onCall(1).rejects(broken);
    resize.callThrough();
    await assertMccError(
      test.cloud.instances.update(localAdmin, { ...targetOf(instance), type: "light" }),
      "engine",
      /500 \(web\) was not updated: .* Undoing it failed too, and is tried again: giving the old limits back: .*no space left/,
    );
    await eventually(() => resize.callCount === 3, "it is tried again");
    assert.deepEqual(
      resize.getCalls().map(({ args: [, type] }) => type.name),
      ["light", "basic", "basic"],
    );
    assert.equal((await test.cloud.instances.get(localAdmin, targetOf(instance))).type, "basic");
  });

  it("does not conclude that an instance is gone if the engine does not answer", async () => {
    const test = await newCloud();
    const instance = await createReady(test.cloud);
    sinon.stub(test.driver, "list").rejects(broken);
    await assertMccError(test.cloud.instances.get(localAdmin, targetOf(instance)), "engine", /no space left/);
    sinon.restore();
    assert.equal((await test.cloud.instances.get(localAdmin, targetOf(instance))).status, "running");
  });
});

/** Asserts that no container, no record and no reservation is left. */
async function assertNothingRemains({
  cloud,
  driver,
  stateFolder,
}: TestCloud & { driver: Driver }): Promise<void> {
  assert.deepEqual(await driver.list(), []);
  assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
  assert.deepEqual(await recordedIds(stateFolder), []);
  assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
}
