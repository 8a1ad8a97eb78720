import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../../../server/support/files/make-folder";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/temporary-folder";

describe("a folder", () => {
  const newFolder = temporaryFolders();

  it("is made with those above it that are missing, for all to pass through", async () => {
    const parent = await newFolder();
    const folder = join(parent, "one", "two", "three");
    assert.equal(await makeFolder(folder), join(parent, "one"));
    assert.equal((await stat(folder)).mode & 0o777, 0o755);
    assert.equal(await makeFolder(folder), undefined);
  });

  it("is made once, however many ask for it", async () => {
    const folder = join(await newFolder(), "one", "two");
    await Promise.all([1, 2, 3, 4].map(() => makeFolder(folder)));
    assert.ok((await stat(folder)).isDirectory());
  });

  it("is refused where there can be none", async () => {
    await assertMccError(makeFolder("/proc/one/two"), "unavailable", /^No folder can be made in \/proc:/);
    const file = join(await newFolder(), "file");
    await writeFile(file, "");
    await assert.rejects(makeFolder(join(file, "one")), { code: "ENOTDIR" });
  });
});
