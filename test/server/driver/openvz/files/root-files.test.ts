import assert from "node:assert/strict";
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { readFromRoot, writeIntoRoot } from "../../../../../server/driver/openvz/files/root-files";
import { hostileRoots } from "../../../../support/files/hostile-root";
import { swapAfterCheck } from "../../../../support/files/swapped-folder";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("files of a hostile root", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  /** A root, and a folder of the host next to it. */
  async function folders(): Promise<{ root: string; outside: string }> {
    const parent = await newFolder();
    const [root, outside] = [join(parent, "root"), join(parent, "outside")];
    await mkdir(join(root, "etc"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "victim"), "untouched");
    return { root, outside };
  }

  it("do not lead out through a link that replaces a folder in the meantime", async () => {
    const { root, outside } = await folders();
    await symlink(outside, join(root, "swapped"));
    swapAfterCheck((path) => path.endsWith("/swapped"), outside);
    const file = { path: "/swapped/victim", content: Buffer.from("new"), mode: 0o644 };
    await assert.rejects(writeIntoRoot(root, [file]), { code: "ENOTDIR" });
    await assert.rejects(writeIntoRoot(root, [{ ...file, path: "/swapped/below/file" }]), {
      code: "ENOTDIR",
    });
    sinon.restore();
    assert.deepEqual(await readdir(outside), ["victim"]);
    assert.equal(await readFile(join(outside, "victim"), "utf8"), "untouched");
  });

  for (const { what, path, isLarge, make } of hostileRoots) {
    it(`never lead out through ${path}, which is ${what}, and never block or are read endlessly`, async () => {
      const { root, outside } = await folders();
      make(root, outside);
      const mayRead = isLarge || what === "a file without permissions";
      const read = mayRead && process.getuid?.() === 0 ? await readFromRoot(root, path, 100) : undefined;
      assert.equal((read ?? "").length <= 100, true);
      if (!mayRead) {
        assert.equal(await readFromRoot(root, path, 100), undefined);
      }
      await writeIntoRoot(root, [{ path, content: Buffer.from("new"), mode: 0o644 }]);
      assert.deepEqual(await readdir(outside), ["victim"]);
      assert.equal(await readFile(join(outside, "victim"), "utf8"), "untouched");
      assert.equal((await lstat(join(root, path, ".."))).isDirectory(), true);
      assert.equal((await lstat(join(root, path))).isFile(), true);
      assert.equal(String(await readFromRoot(root, path, 2)), "ne");
    });
  }
});
