import assert from "node:assert/strict";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { testClouds } from "../../../support/daemons/test-cloud";
import { applied } from "../../../support/daemons/test-fleet";

describe("a change of a fleet that cannot be recorded", () => {
  const newCloud = testClouds();
  const clientToken = "token-of-web";
  /** A record is first written to a temporary file. A folder with that name prevents this, also for root. */
  const obstacleIn = (stateFolder: string): string => join(stateFolder, "fleets", "web.json.new");

  it("leaves no new fleet, and all names and addresses free", async () => {
    const { cloud, driver, stateFolder } = await newCloud();
    await mkdir(obstacleIn(stateFolder));
    const apply = () => applied(cloud, { name: "web", count: 8, clientToken });
    await assertMccError(
      apply(),
      "unavailable",
      /^The intent could not be recorded: .*web\.json cannot be used: a folder is in the place of a file; move it away/,
    );
    assert.deepEqual([await driver.list(), await cloud.fleets.list(localAdmin, {})], [[], []]);
    assert.equal(cloud.info(localAdmin).addressPool.free, 8);
    await rm(obstacleIn(stateFolder), { recursive: true });
    assert.equal((await apply()).counts.ready, 8);
  });

  it("leaves an existing fleet unchanged, and the next apply succeeds", async () => {
    const { cloud, stateFolder } = await newCloud();
    const before = await applied(cloud, { name: "web", count: 2, clientToken });
    await mkdir(obstacleIn(stateFolder));
    for (const change of [{ count: 4 }, { count: 1 }, { count: 2, userData: "true" }]) {
      await assertMccError(
        applied(cloud, { name: "web", clientToken, ...change }),
        "unavailable",
        /^The intent could not be recorded/,
      );
      assert.deepEqual(await cloud.fleets.list(localAdmin, {}), [before]);
    }
    assert.equal(cloud.info(localAdmin).addressPool.free, 6);
    await rm(obstacleIn(stateFolder), { recursive: true });
    assert.equal((await applied(cloud, { name: "web", count: 4, clientToken })).counts.ready, 4);
  });

  it("leaves no surplus member marked as being destroyed for the next daemon", async () => {
    const { cloud, stateFolder } = await newCloud();
    await applied(cloud, { name: "web", count: 2, clientToken });
    await mkdir(obstacleIn(stateFolder));
    await assertMccError(
      applied(cloud, { name: "web", count: 1, clientToken }),
      "unavailable",
      /^The intent could not be recorded/,
    );
    await rm(obstacleIn(stateFolder), { recursive: true });
    await cloud.fleets.extend(localAdmin, { fleet: "web", ttlSeconds: 600 });
    const file = JSON.parse(await readFile(join(stateFolder, "fleets", "web.json"), "utf8")) as {
      members: { phase: string }[];
    };
    assert.deepEqual(
      file.members.map(({ phase }) => phase),
      ["created", "created"],
    );
  });
});
