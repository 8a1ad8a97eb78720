import assert from "node:assert/strict";
import { localAdmin } from "../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../server/cloud/cloud";
import { assertMccError } from "../../../support/assert-error";
import { testClouds } from "../../../support/daemons/test-cloud";
import { applied } from "../../../support/daemons/test-fleet";

describe("an update of a fleet", () => {
  const newCloud = testClouds();

  async function namesOf(cloud: Cloud): Promise<string[]> {
    const { members } = await cloud.fleets.get(localAdmin, { fleet: "web" });
    return members.map(({ name, status }) => `${name} ${status}`);
  }

  async function resize(cloud: Cloud, count: number): Promise<void> {
    await cloud.fleets.update(localAdmin, { fleet: "web", count });
    await cloud.fleets.wait(localAdmin, { fleet: "web", timeoutSeconds: 60 });
  }

  it("adds the next members, destroys the last ones, and does not change the others", async () => {
    const { cloud, reopen } = await newCloud();
    const labels = { team: "qa" };
    const userData = "#!/bin/sh\ntrue\n";
    const before = await applied(cloud, { name: "web", count: 2, labels, userData, ttlSeconds: 3600 });
    await resize(cloud, 4);
    assert.deepEqual(
      await namesOf(cloud),
      [1, 2, 3, 4].map((index) => `web-${index} running`),
    );
    await resize(cloud, 1);
    assert.deepEqual(await namesOf(cloud), ["web-1 running"]);
    const {
      uid,
      labels: kept,
      userDataDigest,
      ttlSeconds,
    } = await cloud.fleets.get(localAdmin, { fleet: "web" });
    assert.deepEqual(
      [uid, kept, userDataDigest, ttlSeconds],
      [before.uid, labels, before.userDataDigest, 3600],
    );
    const again = await reopen();
    assert.equal((await again.fleets.get(localAdmin, { fleet: "web" })).counts.wanted, 1);
  });

  it("creates missing and stopped members again, also with the same count", async () => {
    const { cloud } = await newCloud();
    const { uid } = await applied(cloud, { name: "web", count: 3 });
    const idsOf = async (): Promise<number[]> =>
      (await cloud.fleets.get(localAdmin, { fleet: "web" })).members.map(({ id }) => id);
    const [first, second, third] = await idsOf();
    await resize(cloud, 3);
    assert.deepEqual(await idsOf(), [first, second, third]);
    await cloud.instances.destroy(localAdmin, { instance: "web-1" });
    await cloud.instances.stop(localAdmin, { instance: "web-3", graceSeconds: 0 });
    await resize(cloud, 3);
    const fleet = await cloud.fleets.get(localAdmin, { fleet: "web" });
    assert.deepEqual([fleet.uid, fleet.status], [uid, "ready"]);
    assert.equal((await idsOf())[1], second);
    assert.ok(!(await idsOf()).some((id) => id === first || id === third));
  });

  it("replaces or removes the TTL", async () => {
    const { cloud } = await newCloud();
    await applied(cloud, { name: "web", count: 1, ttlSeconds: 3600 });
    assert.equal((await cloud.fleets.update(localAdmin, { fleet: "web", ttlSeconds: 60 })).ttlSeconds, 60);
    const ended = await cloud.fleets.update(localAdmin, { fleet: "web", ttlSeconds: 0 });
    assert.deepEqual([ended.ttlSeconds, ended.expiresAt], [undefined, undefined]);
    await assertMccError(cloud.fleets.extend(localAdmin, { fleet: "web" }), "invalid", /has no TTL/);
  });

  it("is refused for too many members, for more members than given addresses, and for another fleet", async () => {
    const { cloud } = await newCloud();
    const { uid } = await applied(cloud, { name: "web", count: 2, addresses: ["198.18.0.4", "198.18.0.2"] });
    await assertMccError(
      cloud.fleets.update(localAdmin, { fleet: "web", count: 3 }),
      "invalid",
      /2 addresses/,
    );
    await resize(cloud, 1);
    await assertMccError(cloud.fleets.update(localAdmin, { fleet: "web", count: 2 }), "invalid", /1 address/);
    await cloud.fleets.destroy(localAdmin, { fleet: "web" });
    await applied(cloud, { name: "web", count: 1 });
    await assertMccError(
      cloud.fleets.update(localAdmin, { fleet: "web", uid, count: 2 }),
      "not-found",
      /No fleet "web"/,
    );
    await assertMccError(
      cloud.fleets.update(localAdmin, { fleet: "web", count: 100 }),
      "exhausted",
      /addresses/,
    );
    assert.deepEqual(await namesOf(cloud), ["web-1 running"]);
  });

  it("waits for a running change", async () => {
    const { cloud } = await newCloud();
    await applied(cloud, { name: "web", count: 1 });
    await Promise.all([
      cloud.fleets.update(localAdmin, { fleet: "web", count: 3 }),
      cloud.fleets.update(localAdmin, { fleet: "web", count: 2 }),
    ]);
    await cloud.fleets.wait(localAdmin, { fleet: "web", timeoutSeconds: 60 });
    assert.deepEqual(await namesOf(cloud), ["web-1 running", "web-2 running"]);
  });
});
