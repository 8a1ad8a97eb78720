import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import type { Fleet } from "../../../../protocol/methods/fleet";
import { localAdmin } from "../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../server/cloud/cloud";
import { assertMccError } from "../../../support/assert-error";
import { recordedIds } from "../../../support/daemons/recorded-ids";
import { type TestCloud, testClouds } from "../../../support/daemons/test-cloud";
import { applied, fleetOf } from "../../../support/daemons/test-fleet";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

const web = { name: "web", clientToken: "token-0001", labels: { owner: "me" } };
const range = { first: "198.18.0.2", last: "198.18.0.101" };

describe("fleets", () => {
  const newCloud = testClouds();
  const time = handTime();

  describe("the first apply", () => {
    it("creates members with consecutive names in one file", async () => {
      const { cloud, stateFolder } = await newCloud();
      const made = await applied(cloud, { ...web, count: 3 });
      assert.equal(made.status, "ready");
      assert.deepEqual(made.counts, { wanted: 3, ready: 3, pending: 0, failed: 0 });
      const { members } = await cloud.fleets.get(localAdmin, { fleet: "web" });
      assert.deepEqual(
        members.map(({ index, name, hostname, status }) => [index, name, hostname, status]),
        [1, 2, 3].map((index) => [index, `web-${index}`, `web-${index}`, "running"]),
      );
      assert.ok(members.every(({ sshHostKey }) => sshHostKey.startsWith("ssh-ed25519 ")));
      assert.deepEqual(
        (await cloud.instances.list(localAdmin, { labels: { owner: "me" } })).map(({ fleet }) => fleet),
        [1, 2, 3].map((index) => ({ name: "web", index })),
      );
      assert.deepEqual(await readdir(join(stateFolder, "fleets")), ["web.json"]);
      assert.deepEqual(await recordedIds(stateFolder), []);
    });

    it("reserves all addresses or none, and reports how many are free", async () => {
      const { cloud, driver } = await newCloud();
      await applied(cloud, { name: "small", count: 3 });
      await assertMccError(
        cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 6 })),
        "exhausted",
        /6 addresses are needed, and 5 of the 8 of this server's range are free/,
      );
      assert.equal(cloud.info(localAdmin).addressPool.free, 5);
      assert.equal((await driver.list()).length, 3);
      assert.equal((await cloud.fleets.list(localAdmin, {})).length, 1);
    });

    it("assigns the requested addresses", async () => {
      const { cloud } = await newCloud();
      const addresses = ["198.18.0.4", "198.18.0.2"];
      await applied(cloud, { ...web, count: 2, addresses });
      assert.deepEqual(await addressesOf(cloud), addresses);
    });

    it("refuses addresses if there is not a different one for each member", async () => {
      const { cloud } = await newCloud();
      const asked = fleetOf({ ...web, count: 2, addresses: ["198.18.0.4", "198.18.0.4"] });
      await assertMccError(
        cloud.fleets.apply(localAdmin, asked),
        "invalid",
        /2 addresses, 1 of them different/,
      );
    });

    it("undoes all members if one fails, and names that one", async () => {
      const { cloud, driver, stateFolder } = await newCloud({ range });
      failStartOf(driver, "web-7", "web-33");
      await assertMccError(
        applied(cloud, { ...web, count: 50 }),
        "engine",
        /^Fleet "web" was not created: 2 of 50 members failed: web-7: .*device busy; web-33: .*device busy\. Everything done before was undone\.$/,
      );
      assert.deepEqual(await cloud.fleets.list(localAdmin, {}), []);
      await assertNothingLeft({ cloud, driver, stateFolder });
    });

    it("cancels hanging members if another one has failed", async () => {
      const { cloud, driver, stateFolder } = await newCloud();
      const real = driver.start.bind(driver);
      let held: (() => void) | undefined;
      sinon.stub(driver, "start").callsFake(async (id) => {
        const name = nameOf(cloud, id);
        if (name === "web-1") {
          throw new MccError("engine", "device busy.");
        }
        if (name === "web-2") {
          await new Promise<void>((resolve) => {
            held = resolve;
          });
        }
        await real(id);
      });
      const making = applied(cloud, { ...web, count: 3 });
      const failed = assertMccError(making, "engine", /1 of 3 members failed: web-1: /);
      await eventually(() => held !== undefined, "one hangs");
      await time.passUntil(
        () => Boolean(cloud.instances.catalog.find(localAdmin, { instance: "web-2" })?.abort.signal.aborted),
        "it is given up",
      );
      held?.();
      await failed;
      await assertNothingLeft({ cloud, driver, stateFolder });
    });

    it("keeps ready members with keepOnFailure, and the next apply repairs the fleet", async () => {
      const { cloud, driver } = await newCloud();
      const stub = failStartOf(driver, "web-2");
      await assertMccError(applied(cloud, { ...web, count: 3, keepOnFailure: true }), "engine", /web-2: /);
      const [fleet] = await cloud.fleets.list(localAdmin, {});
      assert.equal(fleet?.status, "degraded");
      assert.match(fleet.failure ?? "", /web-2: .*device busy/);
      assert.deepEqual(fleet.counts, { wanted: 3, ready: 2, pending: 0, failed: 1 });
      stub.restore();
      const healed = await applied(cloud, { ...web, count: 3, keepOnFailure: true });
      assert.equal(healed.status, "ready");
      assert.equal(healed.failure, undefined);
    });
  });

  describe("a later apply", () => {
    it("changes nothing with the same arguments", async () => {
      const { cloud } = await newCloud();
      await applied(cloud, { ...web, count: 2 });
      const before = await membersOf(cloud);
      await applied(cloud, { ...web, count: 2 });
      assert.deepEqual(await membersOf(cloud), before);
    });

    it("adds members, and removes those with the highest numbers", async () => {
      const { cloud } = await newCloud();
      await applied(cloud, { ...web, count: 2 });
      const two = await membersOf(cloud);
      await applied(cloud, { ...web, count: 4 });
      const four = await membersOf(cloud);
      assert.deepEqual(four.slice(0, 2), two);
      await applied(cloud, { ...web, count: 1 });
      assert.deepEqual(await membersOf(cloud), two.slice(0, 1));
      assert.equal(cloud.info(localAdmin).addressPool.free, 7);
    });

    it("changes type and labels in place", async () => {
      const { cloud } = await newCloud();
      await applied(cloud, { ...web, count: 2 });
      const before = await membersOf(cloud);
      await applied(cloud, { ...web, count: 2, labels: { owner: "you" } });
      assert.deepEqual(await membersOf(cloud), before);
      const labels = (await cloud.instances.list(localAdmin, {})).map((instance) => instance.labels);
      assert.deepEqual(labels, [{ owner: "you" }, { owner: "you" }]);
    });

    it("replaces members for another image, and keeps their indexes, names and addresses", async () => {
      const { cloud, driver } = await newCloud();
      await driver.importImage("other", "");
      await applied(cloud, { ...web, count: 3 });
      const before = await membersOf(cloud);
      const fleet = await applied(cloud, { ...web, count: 3, image: "other" });
      assert.equal(fleet.status, "ready");
      const after = await membersOf(cloud);
      assert.deepEqual(
        after.map(({ name, ipAddress }) => [name, ipAddress]),
        before.map(({ name, ipAddress }) => [name, ipAddress]),
      );
      const ids = new Set([...before, ...after].map(({ id }) => id));
      assert.equal(ids.size, 6);
      assert.equal(cloud.info(localAdmin).addressPool.free, 5);
      assert.equal((await driver.list()).length, 3);
    });

    it("replaces at most maxUnavailable members at a time", async () => {
      const { cloud, driver } = await newCloud();
      await driver.importImage("other", "");
      await applied(cloud, { ...web, count: 5 });
      let fewest = 5;
      const real = driver.create.bind(driver);
      sinon.stub(driver, "create").callsFake(async (spec) => {
        fewest = Math.min(fewest, (await driver.list()).filter(({ state }) => state === "running").length);
        return await real(spec);
      });
      await applied(cloud, { ...web, count: 5, image: "other", maxUnavailable: 2 });
      assert.equal(fewest, 3);
    });

    it("replaces only stopped and missing members", async () => {
      const { cloud, driver } = await newCloud();
      await applied(cloud, { ...web, count: 4 });
      const before = await membersOf(cloud);
      const [, second, third, fourth] = before;
      assert.ok(second !== undefined && third !== undefined && fourth !== undefined);
      await driver.stop(second.id, 0);
      await driver.destroy(third.id);
      await cloud.instances.destroy(localAdmin, { instance: fourth.id });
      const degraded = await cloud.fleets.get(localAdmin, { fleet: "web" });
      assert.equal(degraded.status, "degraded");
      assert.deepEqual(degraded.counts, { wanted: 4, ready: 1, pending: 0, failed: 3 });
      const healed = await applied(cloud, { ...web, count: 4 });
      assert.equal(healed.status, "ready");
      const after = await membersOf(cloud);
      assert.equal(after[0]?.id, before[0]?.id);
      assert.deepEqual(
        after.map(({ name, ipAddress }) => [name, ipAddress]),
        before.map(({ name, ipAddress }) => [name, ipAddress]),
      );
      assert.equal(
        after.slice(1).some(({ id }) => before.some((member) => member.id === id)),
        false,
      );
    });

    it("undoes only the new members if the fleet cannot grow", async () => {
      const { cloud, driver } = await newCloud();
      await applied(cloud, { ...web, count: 2 });
      const before = await membersOf(cloud);
      failStartOf(driver, "web-4");
      await assertMccError(
        applied(cloud, { ...web, count: 5 }),
        "engine",
        /Fleet "web" was not changed: 1 of 3 members failed: web-4: .* The new members were undone, and the fleet's count is 2 as before\.$/,
      );
      assert.deepEqual(await membersOf(cloud), before);
      const { counts, failure } = await cloud.fleets.get(localAdmin, { fleet: "web" });
      assert.deepEqual(counts, { wanted: 2, ready: 2, pending: 0, failed: 0 });
      assert.match(failure ?? "", /web-4/);
      assert.equal(cloud.info(localAdmin).addressPool.free, 6);
    });

    it("shares the result with an equal apply at the same time", async () => {
      const { cloud } = await newCloud();
      const both = await Promise.all([
        applied(cloud, { ...web, count: 3 }),
        applied(cloud, { ...web, count: 3 }),
      ]);
      assert.equal(both[0].uid, both[1].uid);
      assert.equal((await membersOf(cloud)).length, 3);
    });

    it("waits for its turn after a different apply", async () => {
      const { cloud } = await newCloud();
      await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 5 }));
      await applied(cloud, { ...web, count: 2 });
      assert.equal((await membersOf(cloud)).length, 2);
    });

    it("is refused with another token or none, and the error names the owner of the fleet", async () => {
      const { cloud } = await newCloud();
      const { uid } = await applied(cloud, { ...web, count: 1 });
      for (const clientToken of ["token-0002", undefined]) {
        const asked = fleetOf({ ...web, count: 2, clientToken });
        await assertMccError(cloud.fleets.apply(localAdmin, asked), "conflict", /labels: owner=me/);
      }
      await applied(cloud, { name: "web", count: 2, uid });
      assert.equal((await membersOf(cloud)).length, 2);
    });

    it("is refused for an unknown uid", async () => {
      const { cloud } = await newCloud();
      const asked = fleetOf({ ...web, count: 1, uid: "0".repeat(32) });
      await assertMccError(cloud.fleets.apply(localAdmin, asked), "not-found", /No fleet "web" with the uid/);
    });
  });

  describe("a destroy", () => {
    it("leaves nothing, and succeeds if the fleet does not exist", async () => {
      const { cloud, driver, stateFolder } = await newCloud();
      await applied(cloud, { ...web, count: 3 });
      assert.deepEqual(await cloud.fleets.destroy(localAdmin, { fleet: "web" }), { destroyed: 3 });
      await assertNothingLeft({ cloud, driver, stateFolder });
      assert.deepEqual(await cloud.fleets.destroy(localAdmin, { fleet: "web" }), { destroyed: 0 });
    });

    it("cancels a running apply", async () => {
      const { cloud, driver, stateFolder } = await newCloud({ range });
      const { uid } = await cloud.fleets.apply(localAdmin, fleetOf({ ...web, count: 100 }));
      const waiting = assertMccError(
        cloud.fleets.wait(localAdmin, { fleet: "web", uid, timeoutSeconds: 30 }),
        "conflict",
        /destroyed in the meantime/,
      );
      await cloud.fleets.destroy(localAdmin, { fleet: "web", uid });
      await waiting;
      await assertNothingLeft({ cloud, driver, stateFolder });
    });

    it("shows a failure, and is retried until it succeeds", async () => {
      const { cloud, driver, stateFolder } = await newCloud();
      await applied(cloud, { ...web, count: 3 });
      const stub = sinon.stub(driver, "destroy").rejects(new MccError("engine", "device busy."));
      await assertMccError(cloud.fleets.destroy(localAdmin, { fleet: "web" }), "engine", /device busy/);
      const fleet = await cloud.fleets.get(localAdmin, { fleet: "web" });
      assert.equal(fleet.status, "failed");
      assert.match(fleet.failure ?? "", /is tried again: 3 of 3 members failed/);
      stub.restore();
      await time.passUntil(async () => (await cloud.fleets.list(localAdmin, {})).length === 0, "it is gone");
      await assertNothingLeft({ cloud, driver, stateFolder });
    });

    it("changes nothing for another uid", async () => {
      const { cloud } = await newCloud();
      await applied(cloud, { ...web, count: 1 });
      assert.deepEqual(await cloud.fleets.destroy(localAdmin, { fleet: "web", uid: "0".repeat(32) }), {
        destroyed: 0,
      });
      assert.equal((await membersOf(cloud)).length, 1);
    });
  });

  describe("a limited lifetime", () => {
    it("destroys the whole fleet when the TTL expires, also after a restart of the daemon", async () => {
      const { cloud, driver, reopen } = await newCloud({ clock: time.clock });
      const { ttlSeconds } = await applied(cloud, { ...web, count: 2, ttlSeconds: 60 });
      assert.equal(ttlSeconds, 60);
      const next = await reopen();
      await time.pass(59_999);
      assert.equal((await next.fleets.list(localAdmin, {})).length, 1);
      await time.pass(2);
      await eventually(async () => (await next.fleets.list(localAdmin, {})).length === 0, "it is destroyed");
      assert.deepEqual(await driver.list(), []);
    });

    it("restarts its TTL with each apply and extend, and ends with an apply without a TTL", async () => {
      const { cloud } = await newCloud();
      await applied(cloud, { ...web, count: 1, ttlSeconds: 60 });
      const extended = await cloud.fleets.extend(localAdmin, { fleet: "web", ttlSeconds: 600 });
      assert.equal(extended.ttlSeconds, 600);
      assert.equal((await cloud.fleets.extend(localAdmin, { fleet: "web" })).ttlSeconds, 600);
      assert.equal((await applied(cloud, { ...web, count: 1 })).expiresAt, undefined);
      await assertMccError(cloud.fleets.extend(localAdmin, { fleet: "web" }), "invalid", /no TTL to extend/);
    });

    it("destroys the whole fleet when its lease ends", async () => {
      const { cloud, driver } = await newCloud();
      const { lease } = await cloud.leases.open(localAdmin, { seconds: 60 });
      await applied(cloud, { ...web, count: 3, lease });
      assert.deepEqual(await cloud.leases.end(localAdmin, { lease }), { destroyed: 3 });
      assert.deepEqual(await driver.list(), []);
      assert.deepEqual(await cloud.fleets.list(localAdmin, {}), []);
      const again = fleetOf({ ...web, count: 3, lease });
      await assertMccError(cloud.fleets.apply(localAdmin, again), "not-found", /is not open/);
    });
  });

  it("run userData, keep its log after a restart, and are replaced for another script", async () => {
    const { cloud, driver, reopen, stateFolder } = await newCloud();
    const made = await applied(cloud, { ...web, count: 2, userData: "echo one" });
    assert.match(made.userDataDigest ?? "", /^[0-9a-f]{64}$/);
    const before = await membersOf(cloud);
    const next = await reopen();
    const { output } = await next.instances.log(localAdmin, { instance: "web-2" });
    assert.match(Buffer.from(output, "base64").toString(), /simulated/);
    await applied(next, { ...web, count: 2, userData: "echo one" });
    assert.deepEqual(await membersOf(next), before);
    await applied(next, { ...web, count: 2, userData: "echo two" });
    const after = await membersOf(next);
    assert.equal(
      after.some(({ id }) => before.some((member) => member.id === id)),
      false,
    );
    await next.fleets.destroy(localAdmin, { fleet: "web" });
    await assertNothingLeft({ cloud: next, driver, stateFolder });
  });

  it("keep a script that an earlier release accepted and that is refused now", async () => {
    const { cloud, reopen, stateFolder } = await newCloud();
    await applied(cloud, { ...web, count: 2, userData: "echo one" });
    const before = await membersOf(cloud);
    const path = join(stateFolder, "fleets", "web.json");
    const file = await readFile(path, "utf8");
    assert.ok(file.includes('"echo one"'));
    await writeFile(path, file.replace('"echo one"', '"#cloud-config"'));
    const next = await reopen();
    assert.deepEqual(await membersOf(next), before);
    assert.throws(() => fleetOf({ ...web, count: 2, userData: "#cloud-config" }), /not a script but/);
  });

  it("refuse another name for a member", async () => {
    const { cloud } = await newCloud();
    await applied(cloud, { ...web, count: 1 });
    await assertMccError(
      cloud.instances.update(localAdmin, { instance: "web-1", name: "mine" }),
      "conflict",
      /belongs to fleet "web", which names its members; for another name, create an instance outside of the fleet\.$/,
    );
  });
});

async function membersOf(cloud: Cloud): Promise<Fleet["members"]> {
  return (await cloud.fleets.get(localAdmin, { fleet: "web" })).members;
}

async function addressesOf(cloud: Cloud): Promise<string[]> {
  return (await membersOf(cloud)).map(({ ipAddress }) => ipAddress);
}

function nameOf(cloud: Cloud, id: number): string {
  return cloud.instances.catalog.get(localAdmin, { instance: id }).record.name;
}

/** Makes the engine refuse to create the containers with these names. */
function failStartOf(driver: TestCloud["driver"], ...names: string[]): sinon.SinonStub {
  const real = driver.create.bind(driver);
  return sinon.stub(driver, "create").callsFake(async (spec) => {
    if (names.includes(spec.name)) {
      throw new MccError("engine", "device busy.");
    }
    return await real(spec);
  });
}

async function assertNothingLeft({ cloud, driver, stateFolder }: Omit<TestCloud, "reopen">): Promise<void> {
  assert.deepEqual(await driver.list(), []);
  assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
  assert.deepEqual(await readdir(join(stateFolder, "fleets")), []);
  assert.deepEqual(await recordedIds(stateFolder), []);
  const { free, size } = cloud.info(localAdmin).addressPool;
  assert.equal(free, size);
}
