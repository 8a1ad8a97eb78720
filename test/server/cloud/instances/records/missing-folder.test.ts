import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createReady, testClouds } from "../../../../support/daemons/test-cloud";

describe("the folder of the records", () => {
  const newCloud = testClouds();

  it("is created again for two instances that are created at once", async () => {
    const { cloud, stateFolder } = await newCloud();
    await rm(join(stateFolder, "instances"), { recursive: true });
    const names = ["one", "two", "three", "four"];
    const created = await Promise.all(names.map((name) => createReady(cloud, { name, waitFor: "running" })));
    assert.deepEqual(
      created.map(({ name }) => name),
      names,
    );
  });
});
