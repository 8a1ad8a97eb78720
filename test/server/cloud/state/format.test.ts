import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { purgeCloud } from "../../../../server/cloud/purge";
import { readStateFormat, stateFormat, writeStateFormat } from "../../../../server/cloud/state/format";
import { assertMccError } from "../../../support/assert-error";
import { captureLog } from "../../../support/captured-log";
import { createReady, testClouds } from "../../../support/daemons/test-cloud";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("the format of a state folder", () => {
  const newFolder = temporaryFolders();
  const newCloud = testClouds();

  it("is that of the first release without a file, and the written one with a file", async () => {
    const folder = await newFolder();
    assert.equal(await readStateFormat(folder), 1);
    await writeStateFormat(folder);
    assert.equal(await readStateFormat(folder), stateFormat);
  });

  for (const text of ["", "two", "0", "-1", "1.5"]) {
    it(`is not guessed if the file contains ${JSON.stringify(text)}`, async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "format"), text);
      await assertMccError(readStateFormat(folder), "invalid", /format holds no format/);
    });
  }

  it("is updated in place for a folder of the first release, and keeps its instances", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    const { uid } = await createReady(cloud, { name: "web" });
    await rm(join(stateFolder, "format"));
    const next = await reopen();
    assert.equal((await next.instances.get(localAdmin, { instance: "web" })).uid, uid);
    assert.equal(await readFile(join(stateFolder, "format"), "utf8"), `${stateFormat}\n`);
  });

  it("is refused if it is that of a newer release, also by a purge, and nothing is changed", async () => {
    const { cloud, stateFolder, reopen } = await newCloud();
    await createReady(cloud, { name: "web" });
    await writeFile(join(stateFolder, "format"), `${stateFormat + 1}\n`);
    const words = new RegExp(
      `has format ${stateFormat + 1}, and this release knows formats up to ${stateFormat}: a newer release wrote it.*--state-dir`,
    );
    await assertMccError(reopen(), "conflict", words);
    const before = await readdir(stateFolder, { recursive: true });
    const options = {
      stateFolder,
      range: { first: "198.18.0.2", last: "198.18.0.9" },
      nat: false,
      driver: "simulated",
      commandTimeoutMs: 1000,
      version: "0.0.0",
      log: captureLog().log,
    };
    await assertMccError(purgeCloud(options), "conflict", words);
    assert.deepEqual(await readdir(stateFolder, { recursive: true }), before);
  });
});
