import assert from "node:assert/strict";
import sinon from "sinon";
import { type ErrorCode, MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
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

const kept = { name: "web", keepOnFailure: true, clientToken: "token-0001" } as const;

describe("an instance that is kept after its creation failed", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  /** Makes a create fail after the container has started. */
  async function failAfterStart(): Promise<TestCloud> {
    const test = await newCloud();
    const start = test.driver.start.bind(test.driver);
    sinon.stub(test.driver, "start").callsFake(async (id) => {
      await start(id);
      throw new MccError("engine", "no luck.");
    });
    await assertMccError(
      createReady(test.cloud, kept),
      "engine",
      /no luck\. The instance is kept for inspection; destroy it .*mcc destroy-instance \d+\)/,
    );
    sinon.restore();
    return test;
  }

  async function assertKept({ instances }: Cloud, code: ErrorCode): Promise<void> {
    const instance = await instances.get(localAdmin, { instance: "web" });
    assert.equal(instance.status, "failed");
    assert.match(instance.failure ?? "", /the step "start" failed: no luck/);
    const limits = { stdin: "", timeoutSeconds: 1, maxOutputBytes: 100 };
    const { exitCode } = await instances.exec(localAdmin, { instance: "web", command: ["true"], ...limits });
    assert.equal(exitCode, 0);
    await assertMccError(instances.wait(localAdmin, { instance: "web", timeoutSeconds: 5 }), code, /no luck/);
    await assertMccError(
      instances.start(localAdmin, { instance: "web" }),
      "conflict",
      /can only be destroyed/,
    );
  }

  it("stays failed with an unchanged container until it is destroyed", async () => {
    const { cloud, driver, stateFolder } = await failAfterStart();
    assert.deepEqual(await driver.list(), [{ id: 500, state: "running" }]);
    await assertKept(cloud, "engine");
    await assertMccError(
      cloud.instances.create(localAdmin, creation({ name: "web" })),
      "conflict",
      /"web" is taken/,
    );
    assert.deepEqual(await cloud.instances.destroy(localAdmin, { instance: "web" }), { destroyed: true });
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await recordedIds(stateFolder), []);
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
  });

  it("stays failed after a restart of the daemon", async () => {
    const { reopen } = await failAfterStart();
    const next = await reopen();
    await assertKept(next, "conflict");
    assert.deepEqual(await next.instances.destroy(localAdmin, { instance: "web" }), { destroyed: true });
  });

  it("is replaced by the next create with its token", async () => {
    const { cloud, driver } = await failAfterStart();
    const again = await createReady(cloud, kept);
    assert.deepEqual([again.id, again.status], [501, "running"]);
    assert.deepEqual(await driver.list(), [{ id: 501, state: "running" }]);
  });

  it("is not kept if it is destroyed during its creation", async () => {
    const { cloud, driver, stateFolder } = await newCloud();
    let goOn: () => void = () => undefined;
    const start = sinon.stub(driver, "start").callsFake(
      () =>
        new Promise((resolve) => {
          goOn = resolve;
        }),
    );
    const instance = await cloud.instances.create(localAdmin, creation(kept));
    await eventually(() => start.called, "the start has begun");
    const destroyed = cloud.instances.destroy(localAdmin, targetOf(instance));
    goOn();
    assert.deepEqual(await destroyed, { destroyed: true });
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await recordedIds(stateFolder), []);
  });

  it("is undone if its failure cannot be recorded", async () => {
    const { cloud, driver } = await newCloud();
    sinon.stub(driver, "start").rejects(new MccError("engine", "no luck."));
    const stub = sinon.stub(cloud["parts"].context.state.records, "write");
    stub.onFirstCall().callThrough();
    stub.onSecondCall().rejects(new Error("no space left"));
    await assertMccError(
      createReady(cloud, kept),
      "engine",
      /no luck\. It could not be kept: no space left\. Everything done before was undone/,
    );
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
  });
});
