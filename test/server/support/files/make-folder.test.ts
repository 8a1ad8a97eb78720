import assert from "node:assert/strict";
import { stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureFolder, isFolder, makeFolder } from "../../../../server/support/files/make-folder";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a folder", () => {
  const newFolder = temporaryFolders();

  it("is created with its missing parents, and all users may enter them", async () => {
    const parent = await newFolder();
    const folder = join(parent, "one", "two", "three");
    assert.equal(await makeFolder(folder), join(parent, "one"));
    assert.equal((await stat(folder)).mode & 0o777, 0o755);
    assert.equal(await makeFolder(folder), undefined);
  });

  it("is created once for several callers", async () => {
    const folder = join(await newFolder(), "one", "two");
    await Promise.all([1, 2, 3, 4].map(() => makeFolder(folder)));
    assert.ok((await stat(folder)).isDirectory());
  });

  it("is refused in a file system without folders", async () => {
    await assertMccError(
      makeFolder("/proc/one/two"),
      "unavailable",
      /^No folder can be created in \/proc because/,
    );
    const file = join(await newFolder(), "file");
    await writeFile(file, "");
    await assert.rejects(makeFolder(join(file, "one")), { code: "ENOTDIR" });
    const dangling = join(await newFolder(), "link");
    await symlink("/nonexistent/folder", dangling);
    await assert.rejects(makeFolder(join(dangling, "one")), { code: "EEXIST" });
  });

  it("is created in another one, also through a link, and never in the place of another entry", async () => {
    const parent = await newFolder();
    const at = (name: string): string => join(parent, name);
    assert.equal(await ensureFolder(at("one"), 0o700), true);
    assert.equal((await stat(at("one"))).mode & 0o777, 0o700);
    await symlink(at("one"), at("link"));
    assert.deepEqual(
      [await ensureFolder(at("one"), 0o700), await ensureFolder(at("link"), 0o700)],
      [false, false],
    );
    await writeFile(at("file"), "");
    await symlink(at("none"), at("dangling"));
    await symlink(at("loop"), at("loop"));
    for (const name of ["file", "dangling", "loop"]) {
      await assert.rejects(ensureFolder(at(name), 0o700), { code: "EEXIST" }, name);
      assert.equal(await isFolder(at(name)), false);
    }
    await assert.rejects(ensureFolder(join(at("file"), "one"), 0o700), { code: "ENOTDIR" });
    await assert.rejects(ensureFolder(join(at("none"), "one"), 0o700), { code: "ENOENT" });
  });
});
