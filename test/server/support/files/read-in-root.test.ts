import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { readInRoot } from "../../../../server/support/files/read-in-root";
import { swapAfterCheck } from "../../../support/files/swapped-folder";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a file below a folder that others can change", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  it("is read up to a number of bytes if it is a regular file, and through no link", async () => {
    const root = await newFolder();
    const outside = await newFolder();
    await writeFile(join(outside, "victim"), "secret");
    await mkdir(join(root, "etc"));
    await writeFile(join(root, "etc", "file"), "content");
    await symlink(join(outside, "victim"), join(root, "etc", "link"));
    await symlink(outside, join(root, "outside"));
    execFileSync("mkfifo", [join(root, "etc", "pipe")]);
    const read = async (path: string, maxBytes = 100): Promise<string | undefined> =>
      (await readInRoot(root, path.split("/"), maxBytes))?.toString();
    assert.equal(await read("etc/file"), "content");
    assert.equal(await read("etc/file", 3), "con");
    for (const path of [
      "etc/link",
      "outside/victim",
      "etc/pipe",
      "etc",
      "etc/none",
      "none/none",
      "etc/file/below",
    ]) {
      assert.equal(await read(path), undefined, path);
    }
  });

  it("is not read if a link replaces a folder of its path in the meantime", async () => {
    const [root, outside] = [await newFolder(), await newFolder()];
    await writeFile(join(outside, "victim"), "secret");
    await symlink(outside, join(root, "etc"));
    swapAfterCheck((path) => path === join(root, "etc"), outside);
    assert.equal(await readInRoot(root, ["etc", "victim"], 100), undefined);
  });
});
