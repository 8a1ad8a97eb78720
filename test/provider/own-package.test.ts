import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { isInstalledFor } from "../../provider/own-package";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

describe("the package of the hooks", () => {
  const newFolder = temporaryFolders();

  it("is found from a program's folder where it is installed there or above", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "packages", "shop"), { recursive: true });
    const program = join(folder, "packages", "shop");
    assert.equal(isInstalledFor(program), false);
    await mkdir(join(folder, "node_modules"));
    await symlink(checkout, join(folder, "node_modules", "minicloud"));
    assert.equal(isInstalledFor(program), true);
  });
});
