import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import { assertMccError } from "../../../../support/assert-error";
import { createReady, testClouds } from "../../../../support/daemons/test-cloud";

describe("an instance whose intent cannot be recorded", () => {
  const newCloud = testClouds();

  it("is not created, and its name and address stay free", async () => {
    const { cloud, driver, stateFolder } = await newCloud();
    // A folder in the place of the journal prevents the write, also for root.
    const obstacle = join(stateFolder, "instances", "journal");
    await mkdir(obstacle, { recursive: true });
    await assertMccError(
      createReady(cloud, { name: "web", ipAddress: "198.18.0.9" }),
      "unavailable",
      /^The intent could not be recorded: .*journal cannot be used: a folder is in the place of a file; move it away/,
    );
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
    await rm(obstacle, { recursive: true });
    const made = await createReady(cloud, { name: "web", ipAddress: "198.18.0.9" });
    assert.deepEqual([made.status, made.id], ["running", 501]);
  });
});
