import assert from "node:assert/strict";
import sinon from "sinon";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import { testClouds } from "../../../../support/daemons/test-cloud";
import { eventually } from "../../../../support/time/eventually";
import { handTime } from "../../../../support/time/hand-time";

const simulatedMembers = ["m1", "m2"].map((name) => ({ name, group: "default" }));
const retriesMs = 20 * 60_000;

describe("an instance without an owner whose member of the cluster does not answer", () => {
  const newCloud = testClouds();
  const time = handTime();

  it("is removed as soon as the daemon sees that its member is back, not only at the next retry", async () => {
    const { cloud, driver } = await newCloud({ simulatedMembers, warm: { micro: 2 }, clock: time.clock });
    await time.passUntil(() => cloud.pools.list()[0]?.ready === 2, "the pool is full");
    await driver.simulateMember?.("m2", "offline");
    const destroy = sinon.spy(driver, "destroy");
    cloud.pools.set("micro", 0);
    await time.pass(retriesMs);
    const left = await driver.list();
    assert.deepEqual(
      left.map(({ state, member }) => [state, member]),
      [["unreachable", "m2"]],
    );
    const tries = destroy.callCount;

    await cloud.instances.list(localAdmin, {});
    await time.tick(0);
    assert.equal(destroy.callCount, tries, "while it is unreachable, a look hurries nothing");
    await driver.simulateMember?.("m2", "online");
    await cloud.instances.list(localAdmin, {});
    await eventually(async () => {
      await time.tick(0);
      return (await driver.list()).length === 0;
    }, "it is removed, and no time passes");
    assert.equal(destroy.callCount, tries + 1);
  });
});
