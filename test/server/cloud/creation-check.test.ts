import assert from "node:assert/strict";
import { localAdmin } from "../../../server/cloud/access/caller";
import { createReady, testClouds } from "../../support/daemons/test-cloud";

const clientToken = "a".repeat(32);
const plain = { image: "micro", type: "basic", keys: [], labels: {}, clientToken };

describe("the check of a replacement", () => {
  const newCloud = testClouds();

  it("counts the name and address of the replaced instance as free, reports all problems, and changes nothing", async () => {
    const { cloud } = await newCloud();
    const web = await createReady(cloud, { name: "web", clientToken });
    const other = await createReady(cloud, { name: "other" });
    const before = [await cloud.instances.list(localAdmin, {}), cloud.info(localAdmin).addressPool];
    const parametersOf = async (asked: object): Promise<string[]> =>
      (await cloud.checkInstance(localAdmin, { ...plain, ...asked })).problems.map(
        ({ parameter }) => parameter,
      );
    assert.deepEqual(await parametersOf({ name: "web", ipAddress: web.ipAddress }), []);
    assert.deepEqual(await parametersOf({ name: "other", ipAddress: other.ipAddress }), [
      "name",
      "ipAddress",
    ]);
    const wrong = { image: "none", type: "none", keys: ["none"], ipAddress: "10.0.0.1" };
    assert.deepEqual(await parametersOf(wrong), ["image", "type", "keys", "ipAddress"]);
    assert.deepEqual(
      await parametersOf({ ...wrong, clientToken: "b".repeat(32) }),
      [],
      "nothing is replaced",
    );
    assert.deepEqual(
      [await cloud.instances.list(localAdmin, {}), cloud.info(localAdmin).addressPool],
      before,
    );
  });

  it("reports too few free addresses, taken names and wrong addresses of a fleet", async () => {
    const { cloud } = await newCloud();
    const fleet = {
      image: "micro",
      type: "basic",
      keys: [],
      labels: {},
      readyTimeoutSeconds: 10,
      keepOnFailure: false,
    };
    await cloud.fleets.apply(localAdmin, { ...fleet, name: "all", count: 6, clientToken });
    await cloud.fleets.wait(localAdmin, { fleet: "all", timeoutSeconds: 10 });
    await createReady(cloud, { name: "more-2" });
    const { free } = cloud.info(localAdmin).addressPool;
    const ask = async (asked: object): Promise<string[]> =>
      (await cloud.checkFleet(localAdmin, { ...plain, name: "next", count: 6, ...asked })).problems.map(
        ({ parameter, message }) => `${parameter}: ${message}`,
      );
    assert.deepEqual(await ask({ count: 6 + free }), []);
    assert.match((await ask({ count: 7 + free })).join(), /^: \d+ free addresses are needed/);
    assert.match((await ask({ name: "more" })).join(), /^name: The name "more-2" is taken/);
    assert.match(
      (await ask({ addresses: ["10.0.0.1"], count: 1 })).join(),
      /^addresses: The address 10\.0\.0\.1/,
    );
  });
});
