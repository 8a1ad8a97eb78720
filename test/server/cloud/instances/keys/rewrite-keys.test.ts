import assert from "node:assert/strict";
import sinon from "sinon";
import { MccError } from "../../../../../protocol/error";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import { makeHostKey } from "../../../../../server/cloud/instances/creation/host-key";
import { assertMccError } from "../../../../support/assert-error";
import { createReady, targetOf, testClouds } from "../../../../support/daemons/test-cloud";

describe("the instances with a key", () => {
  const newCloud = testClouds();
  const publicKey = makeHostKey().publicKey;
  afterEach(() => sinon.restore());

  async function withKey() {
    const test = await newCloud();
    const { cloud } = test;
    await cloud.keys.add(localAdmin, { name: "one", publicKey });
    const remove = () =>
      cloud.keys.remove(localAdmin, { name: "one" }, cloud.instances.rewriteKeys.bind(cloud.instances));
    return { ...test, remove };
  }

  it("keep the key if its removal does not reach them, and lose it in the next removal", async () => {
    const { cloud, driver, remove } = await withKey();
    const [web, db] = [
      await createReady(cloud, { name: "web", keys: ["one"] }),
      await createReady(cloud, { name: "db", keys: ["one"] }),
    ];
    const write = sinon.stub(driver, "writeFiles").callThrough();
    write.withArgs(web.id).rejects(new MccError("engine", "wedged."));
    await assertMccError(
      remove(),
      "engine",
      /^The key "one" did not reach instance 500 \(web\): wedged\. Try again/,
    );
    const keysOf = async (instance: typeof web) =>
      (await cloud.instances.get(localAdmin, targetOf(instance))).keys;
    assert.deepEqual([await keysOf(web), await keysOf(db)], [["one"], []]);
    assert.equal(cloud.keys.get(localAdmin, { name: "one" }).publicKey, publicKey);
    sinon.restore();
    assert.deepEqual(await remove(), { removed: true });
    assert.deepEqual(await keysOf(web), []);
    assert.throws(() => cloud.keys.get(localAdmin, { name: "one" }), { code: "not-found" });
  });

  it("are not written to if their containers no longer exist", async () => {
    const { cloud, driver, remove } = await withKey();
    const { id } = await createReady(cloud, { name: "web", keys: ["one"] });
    await driver.destroy(id);
    await cloud.instances.list(localAdmin, {});
    const write = sinon.spy(driver, "writeFiles");
    assert.deepEqual(await remove(), { removed: true });
    assert.equal(write.callCount, 0);
  });
});
