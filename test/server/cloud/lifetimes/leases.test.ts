import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { captureLog } from "../../../support/captured-log";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../../support/daemons/test-cloud";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

describe("a lease", () => {
  const newCloud = testClouds();
  const time = handTime();
  const open = (): Promise<TestCloud> => newCloud({ clock: time.clock });

  async function assertGone({ cloud, driver }: Pick<TestCloud, "cloud" | "driver">): Promise<void> {
    await eventually(async () => (await driver.list()).length === 0, "all containers are gone");
    await eventually(
      async () => (await cloud.instances.list(localAdmin, {})).length === 0,
      "all records are gone",
    );
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
  }

  it("ends if it is not renewed, and destroys only its own instances", async () => {
    const { cloud } = await open();
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    const other = await cloud.leases.open(localAdmin, { seconds: 60 });
    const made = await createReady(cloud, { name: "web", lease });
    assert.equal(made.lease, lease);
    await createReady(cloud, { name: "db", lease });
    await createReady(cloud, { name: "bystander" });
    await createReady(cloud, { name: "of-another", lease: other.lease });
    await time.pass(7999);
    assert.equal((await cloud.instances.list(localAdmin, {})).length, 4);
    await time.pass(1);
    await eventually(async () => (await cloud.instances.list(localAdmin, {})).length === 2, "two are gone");
    assert.deepEqual(
      (await cloud.instances.list(localAdmin, {})).map(({ name }) => name),
      ["bystander", "of-another"],
    );
    assert.throws(
      () => cloud.leases.renew(localAdmin, { lease }),
      /is not open: it was ended, or not renewed in time/,
    );
  });

  it("stays open as long as it is renewed", async () => {
    const { cloud } = await open();
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(cloud, { lease });
    for (let renewals = 0; renewals < 5; renewals += 1) {
      await time.pass(7000);
      assert.deepEqual(cloud.leases.renew(localAdmin, { lease }), { seconds: 8 });
    }
    assert.equal((await cloud.instances.list(localAdmin, {})).length, 1);
  });

  it("destroys its instances before an end is answered, and can be ended again", async () => {
    const test = await open();
    const { lease } = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(test.cloud, { lease });
    await createReady(test.cloud, { lease });
    assert.deepEqual(await test.cloud.leases.end(localAdmin, { lease }), { destroyed: 2 });
    assert.deepEqual(await test.driver.list(), []);
    assert.deepEqual(await test.cloud.leases.end(localAdmin, { lease }), { destroyed: 0 });
    await assertMccError(
      test.cloud.instances.create(localAdmin, creation({ lease })),
      "not-found",
      /The lease [0-9a-f]{32} is not open.* Open another one\.$/,
    );
    await assertGone(test);
  });

  it("also destroys an instance during its creation", async () => {
    const test = await open();
    const { lease } = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    let started = (): void => undefined;
    const start = sinon.stub(test.driver, "start").callsFake(
      () =>
        new Promise<void>((resolve) => {
          started = resolve;
        }),
    );
    const made = await test.cloud.instances.create(localAdmin, creation({ lease }));
    const waiting = assert.rejects(
      test.cloud.instances.wait(localAdmin, { ...targetOf(made), timeoutSeconds: 60 }),
      /destroyed in the meantime: its lease was not renewed for 8 s/,
    );
    await eventually(() => start.called, "the start has begun");
    await time.pass(8000);
    started();
    await waiting;
    await assertGone(test);
  });

  it("gets its full time after a restart of the daemon, and can still be renewed", async () => {
    const { cloud, driver, reopen } = await open();
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(cloud, { lease });
    time.clock.pass(60_000);
    const next = await reopen();
    await time.pass(7999);
    next.leases.renew(localAdmin, { lease });
    await time.pass(7999);
    assert.equal((await next.instances.list(localAdmin, {})).length, 1);
    await time.pass(1);
    await assertGone({ cloud: next, driver });
  });

  it("without instances stays open after the daemon is killed, and ends if it is not renewed", async () => {
    const test = await open();
    const { lease } = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    const ended = await test.cloud.leases.open(localAdmin, { seconds: 8 });
    await test.cloud.leases.end(localAdmin, ended);
    const next = await test.reopen();
    assert.deepEqual(next.leases.renew(localAdmin, { lease }), { seconds: 8 });
    assert.throws(() => next.leases.renew(localAdmin, ended), /is not open/);
    await createReady(next, { lease });
    await time.pass(8001);
    await assertGone({ cloud: next, driver: test.driver });
  });

  it("does not end if the daemon was blocked while renewals arrived", async () => {
    const { cloud } = await open();
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(cloud, { lease });
    time.clock.pass(60_000);
    await time.tick(8000);
    cloud.leases.renew(localAdmin, { lease });
    await time.pass(7000);
    assert.equal((await cloud.instances.list(localAdmin, {})).length, 1);
  });

  it("is a conflict if it differs from that of the instance with the same client token", async () => {
    const { cloud } = await open();
    const one = await cloud.leases.open(localAdmin, { seconds: 8 });
    const two = await cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(cloud, { clientToken: "token-0001", lease: one.lease });
    await assertMccError(
      cloud.instances.create(localAdmin, creation({ clientToken: "token-0001", lease: two.lease })),
      "conflict",
      new RegExp(`lease ${one.lease}, not ${two.lease}`),
    );
  });

  it("is refused if it belongs to another server", async () => {
    const { cloud } = await open();
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    const elsewhere = { lease, serverId: "f".repeat(32) };
    assert.throws(() => cloud.leases.renew(localAdmin, elsewhere), /not the server that created lease/);
    await assertMccError(cloud.leases.end(localAdmin, elsewhere), "conflict", /nothing was changed/);
  });
});

describe("a lease whose instances cannot be destroyed", () => {
  const newCloud = testClouds();
  const time = handTime();
  const broken = new MccError("engine", "wedged.");

  it("ends, and reports how many instances could not be destroyed yet", async () => {
    const { cloud, driver } = await newCloud({ clock: time.clock });
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 60 });
    await createReady(cloud, { name: "web", lease });
    await createReady(cloud, { name: "db", lease });
    sinon.stub(driver, "destroy").callThrough().withArgs(500).rejects(broken);
    await assertMccError(
      cloud.leases.end(localAdmin, { lease }),
      "engine",
      new RegExp(
        `^The lease ${lease} is ended, but 1 of its 2 instances and fleets could not be destroyed yet: .*wedged`,
      ),
    );
    assert.throws(() => cloud.leases.renew(localAdmin, { lease }), { code: "not-found" });
  });

  it("is logged if it was not renewed, and the destruction is retried", async () => {
    const { log, lines } = captureLog();
    const { cloud, driver } = await newCloud({ clock: time.clock, log });
    const { lease } = await cloud.leases.open(localAdmin, { seconds: 8 });
    await createReady(cloud, { name: "web", lease });
    sinon.stub(driver, "destroy").onFirstCall().rejects(broken).callThrough();
    await time.pass(8000);
    await eventually(() => lines.some(({ msg }) => String(msg).startsWith("not destroyed")), "it is logged");
    await time.pass(60_000);
    await eventually(async () => (await driver.list()).length === 0, "it is gone");
  });
});
