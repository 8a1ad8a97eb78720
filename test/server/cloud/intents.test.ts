import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { localAdmin } from "../../../server/cloud/access/caller";
import { assertMccError } from "../../support/assert-error";
import { recordedIds } from "../../support/daemons/recorded-ids";
import { createReady, testClouds } from "../../support/daemons/test-cloud";
import { applied, fleetOf } from "../../support/daemons/test-fleet";
import { lieAboutSync, lieOnce } from "../../support/files/lying-files";

describe("an intent whose record was written, although the file system reported a failure", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  it("of an instance leaves no record", async () => {
    const { cloud, stateFolder } = await newCloud();
    lieAboutSync();
    await assertMccError(createReady(cloud), "unavailable", /The intent could not be recorded/);
    assert.deepEqual(await recordedIds(stateFolder), []);
    assert.equal((await createReady(cloud)).status, "running");
  });

  it("of a fleet leaves no file, so that the next daemon does not hold its addresses", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    const fleets = join(stateFolder, "fleets");
    lieOnce("open", (path) => path === fleets);
    await assertMccError(
      cloud.fleets.apply(localAdmin, fleetOf({ name: "nodes", count: 2 })),
      "unavailable",
      /input\/output error/,
    );
    assert.deepEqual(await readdir(fleets), []);
    await createReady(cloud, { name: "nodes-1" });
    const next = await reopen();
    assert.deepEqual(await next.fleets.list(localAdmin, {}), []);
    assert.equal((await applied(next, { name: "others", count: 2 })).counts.ready, 2);
  });
});
