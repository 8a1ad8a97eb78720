import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOnPath } from "../../../server/support/program-path";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the search for a program on the PATH", () => {
  const newFolder = temporaryFolders();
  withEnvironment(() => ({ PATH: process.env["PATH"] }));

  it("uses the current PATH and additional folders", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "engine"), "", { mode: 0o755 });
    assert.equal(isOnPath("engine"), false);
    assert.equal(isOnPath("engine", ["/nonexistent", folder]), true);
    process.env["PATH"] = `/nonexistent::${folder}`;
    assert.equal(isOnPath("engine"), true);
    Reflect.deleteProperty(process.env, "PATH");
    assert.equal(isOnPath("engine"), false);
  });

  it("does not find a folder, or a file that no user may run", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "a-folder"));
    await writeFile(join(folder, "a-text"), "", { mode: 0o644 });
    assert.equal(isOnPath("a-folder", [folder]), false);
    assert.equal(isOnPath("a-text", [folder]), false);
  });

  it("continues after an entry that is a file, a loop of links or too long", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "engine"), "", { mode: 0o755 });
    await symlink("loop", join(folder, "loop"));
    const before = [join(folder, "engine"), join(folder, "loop"), join(folder, "x".repeat(300))];
    assert.equal(isOnPath("engine", [...before, folder]), true);
    assert.equal(isOnPath("engine", before), false);
  });
});
