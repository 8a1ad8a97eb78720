import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOnPath } from "../../../server/support/program-path";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("whether a program is on the PATH", () => {
  const newFolder = temporaryFolders();
  withEnvironment(() => ({ PATH: process.env["PATH"] }));

  it("is asked of the PATH as it is now, and of folders given in addition", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "engine"), "", { mode: 0o755 });
    assert.equal(isOnPath("engine"), false);
    assert.equal(isOnPath("engine", ["/nonexistent", folder]), true);
    process.env["PATH"] = `/nonexistent::${folder}`;
    assert.equal(isOnPath("engine"), true);
    Reflect.deleteProperty(process.env, "PATH");
    assert.equal(isOnPath("engine"), false);
  });

  it("is not answered by a folder, or a file that nobody may run", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "a-folder"));
    await writeFile(join(folder, "a-text"), "", { mode: 0o644 });
    assert.equal(isOnPath("a-folder", [folder]), false);
    assert.equal(isOnPath("a-text", [folder]), false);
  });

  it("is asked of the folders after one that is a file, a loop of links or too long a name", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "engine"), "", { mode: 0o755 });
    await symlink("loop", join(folder, "loop"));
    const before = [join(folder, "engine"), join(folder, "loop"), join(folder, "x".repeat(300))];
    assert.equal(isOnPath("engine", [...before, folder]), true);
    assert.equal(isOnPath("engine", before), false);
  });
});
