import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { longestDurationSeconds } from "../../../protocol/duration";
import { MccError } from "../../../protocol/error";
import { instanceCreateSchema } from "../../../protocol/methods/instance";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { assertMccError } from "../../support/assert-error";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../support/daemons/test-cloud";
import { eventually } from "../../support/time/eventually";
import { handTime } from "../../support/time/hand-time";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const hour = 3600;

describe("an instance with a TTL", () => {
  const newCloud = testClouds();
  const time = handTime();
  const open = (): Promise<TestCloud> => newCloud({ clock: time.clock });

  async function names(cloud: Cloud): Promise<string[]> {
    return (await cloud.instances.list(localAdmin, {})).map(({ name }) => name);
  }

  async function assertGone({ cloud, driver }: Pick<TestCloud, "cloud" | "driver">): Promise<void> {
    await eventually(async () => (await driver.list()).length === 0, "it is destroyed");
    await eventually(async () => (await names(cloud)).length === 0, "its record is gone");
  }

  it("shows its time of expiry, and is destroyed then and not before", async () => {
    const test = await open();
    const made = await createReady(test.cloud, { name: "web", ttlSeconds: 2 * hour });
    assert.equal(made.ttlSeconds, 7200);
    assert.equal(made.expiresAt, "2026-01-01T02:00:00.000Z");
    await time.pass(2 * hourMs - 1000);
    assert.deepEqual(await names(test.cloud), ["web"]);
    await time.pass(1001);
    await assertGone(test);
    assert.equal(test.cloud.info(localAdmin).addressPool.free, test.cloud.info(localAdmin).addressPool.size);
  });

  it("does not affect instances without a TTL or with a longer one", async () => {
    const { cloud } = await open();
    await createReady(cloud, { name: "for-ever" });
    await createReady(cloud, { name: "decade", ttlSeconds: longestDurationSeconds });
    await createReady(cloud, { name: "minute", ttlSeconds: 60 });
    await createReady(cloud, { name: "hour", ttlSeconds: hour });
    await time.pass(minuteMs + 1);
    await eventually(async () => (await names(cloud)).length === 3, "the shortest is gone");
    await time.pass(hourMs);
    await eventually(async () => (await names(cloud)).length === 2, "the next is gone");
    assert.deepEqual(await names(cloud), ["for-ever", "decade"]);
  });

  it("lives for the full TTL again after each extension, and without a limit after its removal", async () => {
    const test = await open();
    const { cloud } = test;
    const target = targetOf(await createReady(cloud, { ttlSeconds: hour }));
    await time.pass(hourMs - 1000);
    assert.equal((await cloud.instances.extend(localAdmin, target)).expiresAt, "2026-01-01T01:59:59.000Z");
    await time.pass(hourMs - 1000);
    assert.equal(
      (await cloud.instances.extend(localAdmin, { ...target, ttlSeconds: 2 * hour })).ttlSeconds,
      7200,
    );
    await time.pass(2 * hourMs - 1000);
    assert.equal((await cloud.instances.update(localAdmin, { ...target, ttlSeconds: 10 })).ttlSeconds, 10);
    await time.pass(9000);
    const { ttlSeconds, expiresAt } = await cloud.instances.update(localAdmin, { ...target, ttlSeconds: 0 });
    assert.deepEqual([ttlSeconds, expiresAt], [undefined, undefined]);
    await time.pass(hourMs);
    assert.equal((await names(cloud)).length, 1);
    await assertMccError(
      cloud.instances.extend(localAdmin, target),
      "invalid",
      /has no TTL to extend; give it one \(mcc extend --ttl TIME 500\)\.$/,
    );
    await cloud.instances.update(localAdmin, { ...target, labels: { a: "b" }, ttlSeconds: 5 });
    await time.pass(5001);
    await assertGone(test);
  });

  it("keeps its TTL after another change", async () => {
    const { cloud } = await open();
    const { expiresAt, ...made } = await createReady(cloud, { ttlSeconds: hour });
    await time.pass(minuteMs);
    assert.equal(
      (await cloud.instances.update(localAdmin, { ...targetOf(made), type: "light" })).expiresAt,
      expiresAt,
    );
  });

  it("expires at the same time if an operator sets the wall clock", async () => {
    const test = await open();
    await createReady(test.cloud, { ttlSeconds: hour });
    time.clock.jump(365 * 24 * hourMs);
    await time.pass(hourMs / 2);
    assert.equal((await names(test.cloud)).length, 1);
    assert.equal((await test.cloud.instances.list(localAdmin, {}))[0]?.expiresAt, "2027-01-01T01:00:00.000Z");
    time.clock.jump(-730 * 24 * hourMs);
    await time.pass(hourMs / 2 - 1000);
    assert.equal((await names(test.cloud)).length, 1);
    await time.pass(1001);
    await assertGone(test);
  });

  it("keeps its TTL after a restart of the daemon, even if the wall clock was changed before", async () => {
    const { cloud, driver, reopen } = await open();
    await createReady(cloud, { ttlSeconds: hour });
    await time.pass(hourMs / 2);
    time.clock.jump(24 * hourMs);
    const next = await reopen();
    await time.pass(hourMs / 2 - 1000);
    assert.equal((await names(next)).length, 1);
    await time.pass(1001);
    await assertGone({ cloud: next, driver });
  });

  it("is destroyed at the next start if its TTL expired while no daemon ran", async () => {
    const { cloud, driver, reopen } = await open();
    await createReady(cloud, { ttlSeconds: hour });
    time.clock.pass(hourMs);
    await assertGone({ cloud: await reopen(), driver });
  });

  it("is destroyed and not started if its TTL expired while the host was down", async () => {
    const { cloud, driver, stateFolder, reopen } = await open();
    const over = await createReady(cloud, { name: "over", ttlSeconds: hour });
    const rest = await createReady(cloud, { name: "rest", ttlSeconds: 3 * hour });
    await time.pass(hourMs / 2);
    // The clock of the host was wrong, and an operator set it before the shutdown.
    time.clock.jump(24 * hourMs);
    await time.pass(minuteMs);
    await Promise.all([over, rest].map(({ id }) => driver.stop(id, 0)));
    time.clock.reboot(hourMs);
    const start = sinon.spy(driver, "start");
    const next = await reopen();
    await eventually(
      async () => (await next.instances.get(localAdmin, targetOf(rest))).status === "running",
      "one runs",
    );
    await eventually(async () => (await names(next)).length === 1, "the other is gone");
    assert.deepEqual(
      start.args.map(([id]) => id),
      [rest.id],
    );
    assert.match(
      await readFile(join(stateFolder, "lease-clock.json"), "utf8"),
      /the first boot, and another/,
    );
  });

  it("is not destroyed if the wall clock is slow after a reboot", async () => {
    const { cloud, reopen } = await open();
    await createReady(cloud, { ttlSeconds: hour });
    await time.pass(hourMs / 2);
    time.clock.reboot(-20 * 365 * 24 * hourMs);
    const next = await reopen();
    await time.pass(hourMs / 2 - minuteMs);
    assert.equal((await names(next)).length, 1);
  });

  it("shows why it cannot be destroyed, and is destroyed in a later attempt", async () => {
    const test = await open();
    const target = targetOf(await createReady(test.cloud, { ttlSeconds: 60 }));
    const triedMs: number[] = [];
    const destroy = sinon.stub(test.driver, "destroy").callsFake(() => {
      triedMs.push(time.clock.uptimeMs());
      return Promise.reject(new MccError("engine", "device busy."));
    });
    await time.pass(minuteMs + 1);
    await eventually(() => destroy.called, "it is tried");
    await eventually(
      async () => (await test.cloud.instances.get(localAdmin, target)).status === "failed",
      "it shows that it failed",
    );
    assert.match(
      (await test.cloud.instances.get(localAdmin, target)).failure ?? "",
      /is tried again: device busy/,
    );
    await eventually(async () => {
      await time.pass(250);
      return triedMs.length === 4;
    }, "it is tried again and again");
    const [first = 0, second = 0, third = 0, fourth = 0] = triedMs;
    assert.ok(fourth - third > second - first, `growing pauses: tried at ${triedMs.join(", ")}`);
    destroy.restore();
    await eventually(async () => {
      await time.pass(1000);
      return (await names(test.cloud)).length === 0;
    }, "a later try has worked");
    await assertGone(test);
  });

  it("is destroyed during its creation, and a waiting client gets the reason", async () => {
    const test = await open();
    let started = (): void => undefined;
    sinon.stub(test.driver, "start").callsFake(
      () =>
        new Promise<void>((resolve) => {
          started = resolve;
        }),
    );
    const made = await test.cloud.instances.create(localAdmin, creation({ ttlSeconds: 5 }));
    const waiting = assert.rejects(
      test.cloud.instances.wait(localAdmin, { ...targetOf(made), timeoutSeconds: 60 }),
      /was destroyed in the meantime: its TTL of 5s expired/,
    );
    await time.pass(5001);
    started();
    await waiting;
    await assertGone(test);
  });

  it("can be extended if it failed and is kept, and is destroyed at the end", async () => {
    const test = await open();
    const start = sinon.stub(test.driver, "start").rejects(new MccError("engine", "no space left."));
    const kept = await test.cloud.instances.create(
      localAdmin,
      creation({ ttlSeconds: hour, keepOnFailure: true }),
    );
    await assert.rejects(
      test.cloud.instances.wait(localAdmin, { ...targetOf(kept), timeoutSeconds: 60 }),
      /no space left/,
    );
    start.restore();
    await time.pass(hourMs / 2);
    assert.equal((await test.cloud.instances.extend(localAdmin, targetOf(kept))).status, "failed");
    await time.pass(hourMs - 1000);
    assert.equal((await names(test.cloud)).length, 1);
    await time.pass(1001);
    await assertGone(test);
  });

  it("accepts only whole seconds, from one to ten years", () => {
    for (const ttlSeconds of ["soon", 0, -1, 1.5, longestDurationSeconds + 1, Number.NaN]) {
      assert.equal(instanceCreateSchema.safeParse({ ttlSeconds }).success, false, String(ttlSeconds));
    }
  });

  for (const content of ["{}", undefined]) {
    it(`expires, but not early, if the lease clock ${content === undefined ? "is missing" : "was damaged"}`, async () => {
      const { cloud, stateFolder, reopen } = await open();
      await createReady(cloud, { name: "one", ttlSeconds: hour });
      await time.pass(hourMs / 2);
      await createReady(cloud, { name: "two", ttlSeconds: 2 * hour });
      await time.pass(hourMs / 4);
      const path = join(stateFolder, "lease-clock.json");
      await cloud["parts"].context.lifetimes.clock.settled();
      await (content === undefined ? rm(path) : writeFile(path, content));
      // Neither of the two clocks of the host shows how much time of a TTL has passed.
      time.clock.jump(30 * 24 * hourMs);
      const next = await reopen();
      await time.pass(hourMs / 4 - minuteMs);
      assert.deepEqual((await names(next)).sort(), ["one", "two"]);
      await time.pass(hourMs / 4 + 2 * minuteMs);
      await eventually(async () => (await names(next)).join() === "two", "the first is gone");
      await time.pass(1.5 * hourMs);
      await eventually(async () => (await names(next)).length === 0, "the other is gone");
      assert.ok(next.info(localAdmin).damaged.some(({ file }) => file === "lease-clock.json"));
    });
  }
});
