import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refuseForeignFolder } from "../../../../server/cloud/state/folder";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a folder for the state of a daemon", () => {
  const newFolder = temporaryFolders();

  async function folderWith(...entries: readonly string[]): Promise<string> {
    const folder = await newFolder();
    await Promise.all(entries.map((entry) => writeFile(join(folder, entry), "")));
    return folder;
  }

  for (const entries of [
    [],
    ["lock"],
    ["lock", "mccserver.log"],
    ["lock", "server-id.new"],
    ["server-id", "anything", "lock"],
  ]) {
    it(`is accepted if it contains ${entries.join(", ") || "nothing"}`, async () => {
      await refuseForeignFolder(await folderWith(...entries));
    });
  }

  it("is refused with any other content, and is not changed", async () => {
    const folder = await folderWith("lock", "thesis.tex");
    await mkdir(join(folder, "instances"));
    await assertMccError(
      refuseForeignFolder(folder),
      "conflict",
      /has "(thesis\.tex|instances)" in it and no server-id.*If the server-id was lost, put it back/,
    );
    assert.deepEqual((await readdir(folder)).sort(), ["instances", "lock", "thesis.tex"]);
  });
});
