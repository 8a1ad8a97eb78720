import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { localAdmin } from "../../../server/cloud/access/caller";
import { assertMccError } from "../../support/assert-error";
import { createReady, testClouds } from "../../support/daemons/test-cloud";
import { applied, fleetOf } from "../../support/daemons/test-fleet";
import { lieOnce } from "../../support/files/lying-files";

describe("an intent whose record was written, although the file system reported a failure", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  it("of an instance leaves no folder", async () => {
    const { cloud, stateFolder } = await newCloud();
    const instances = join(stateFolder, "instances");
    lieOnce("mkdir", (path) => String(path).startsWith(`${instances}/`));
    await assertMccError(createReady(cloud), "unavailable", /The intent could not be recorded/);
    assert.deepEqual(await readdir(instances), []);
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
