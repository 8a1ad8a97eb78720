import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { removeCgroups, walkTree } from "../../../../../server/driver/lxc/cgroups/cgroup-tree";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("a tree of cgroups", () => {
  const newFolder = temporaryFolders();

  /** Creates a chain of folders, from the innermost one, because the whole path is too long for a call. */
  const deepTree = async (levels: number): Promise<string> => {
    const top = join(await newFolder(), "top");
    await mkdir(top);
    const script = `for (let i = 0; i < ${levels}; i += 1) { fs.mkdirSync("${"d".repeat(40)}"); process.chdir("${"d".repeat(40)}"); }`;
    await execa(process.execPath, ["--eval", script], { cwd: top });
    return top;
  };

  it("is removed if its paths are too long for a call, and names are not text", async () => {
    const top = await deepTree(300);
    await mkdir(Buffer.concat([Buffer.from(join(top, "odd")), Buffer.from([0xff])]));
    await mkdir(join(top, "a", "b"), { recursive: true });
    assert.equal(await removeCgroups(top), true);
    assert.deepEqual(await readdir(join(top, "..")), []);
    assert.equal(await removeCgroups(top), true, "gone already is success");
  });

  it("loses its empty cgroups, and the others stay", async () => {
    const top = join(await newFolder(), "top");
    await Promise.all(["a/b", "c/d", "e"].map((path) => mkdir(join(top, path), { recursive: true })));
    await writeFile(join(top, "c", "d", "file"), "");
    assert.equal(await removeCgroups(top), false);
    assert.deepEqual(await readdir(top), ["c"]);
  });

  it("is visited from the top, each level before the next", async () => {
    const top = await deepTree(300);
    await mkdir(join(top, "next"));
    const entered: string[][] = [];
    await walkTree(top, {
      enter: async (folder) => {
        entered.push(await readdir(folder));
      },
    });
    assert.equal(entered.length, 302);
    assert.equal(entered[0]?.length, 2);
    assert.equal(entered.filter((entries) => entries.length === 0).length, 2);
    // The folders of a test are removed by their paths.
    assert.equal(await removeCgroups(top), true);
  });
});
