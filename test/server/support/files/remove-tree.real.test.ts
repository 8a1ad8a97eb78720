import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { removeAroundMounts, removeTree } from "../../../../server/support/files/remove-tree";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";

/** Creates one folder at a time, because the whole path is too long for a call. */
function nest(levels: number, name: string): string {
  const script = `process.chdir(process.env.tree); for (let i = 0; i < ${levels}; i += 1) { fs.mkdirSync("${name}"); process.chdir("${name}"); }`;
  return `${process.execPath} -e '${script}'`;
}

/** The contents of the folder `$tree`; `$other` has the file `kept`. */
const preparations: Readonly<Record<string, string>> = {
  "a path longer than the kernel's limit": nest(300, "d".repeat(40)),
  "folders 5,000 deep": nest(5000, "d"),
  "more files than a call may remove by itself": 'mkdir "$tree/a"; touch "$tree"/a/{1..2000}',
  "links to elsewhere": 'ln -s "$other" "$tree/folder"; ln -s "$other/kept" "$tree/file"',
  "a link whose decoded name equals a folder's": `ln -s "$other" "$tree/$(printf 'a\\357\\277\\275')"; mkdir "$tree/$(printf 'a\\200')"`,
  "hard links": 'ln "$other/kept" "$tree/hard"',
  "a name that is not UTF-8, and one with a newline": `touch "$tree/$(printf 'a\\377b')" "$tree/a\nb"`,
  "a name that looks like an option": 'mkdir "$tree/-rf" && touch "$tree/-rf/--help"',
  "sockets, FIFOs and devices": 'mkfifo "$tree/fifo"; mknod "$tree/null" c 1 3; mknod "$tree/block" b 7 0',
  "folders without any permission": 'mkdir -p "$tree/a/b" && chmod 0 "$tree/a/b" "$tree/a"',
  "files that cannot be changed":
    'mkdir "$tree/a"; touch "$tree/a/b"; chattr +i "$tree/a/b" "$tree/a" || test $? = 1',
  "files that can only be appended to":
    'mkdir "$tree/a"; touch "$tree/a/b"; chattr +a "$tree/a/b" "$tree/a" || test $? = 1',
  "a large file": 'head -c 3M /dev/zero > "$tree/large"',
  "a huge empty file": 'truncate -s 1T "$tree/sparse"',
  "a mount of another folder": 'mkdir "$tree/mnt"; mount --bind "$other" "$tree/mnt"',
  "a mount in a mount":
    'mkdir "$tree/mnt"; mount -t tmpfs tmpfs "$tree/mnt"; mkdir "$tree/mnt/in"; mount --bind "$other" "$tree/mnt/in"',
  "a mount over itself": 'mount --bind "$other" "$tree"; mount --bind "$other" "$tree"',
  "a mount point with a strange name": `d="$tree/$(printf 'a \\\\b\\377')"; mkdir "$d"; mount --bind "$other" "$d"`,
};

describe("the removal of a tree", () => {
  const newFolder = temporaryFolders();
  const folders = perTest(async () => {
    const top = await newFolder();
    const [tree, other] = [join(top, "tree"), join(top, "other")];
    await mkdir(tree);
    await mkdir(other);
    await writeFile(join(other, "kept"), "kept");
    return { top, tree, other };
  });
  const prepare = async (script: string): Promise<void> => {
    const { tree, other } = folders();
    await execa("bash", ["-euc", script], { env: { tree, other } });
  };

  for (const [what, script] of Object.entries(preparations)) {
    it(`removes ${what}, and nothing elsewhere`, async () => {
      const { top, tree, other } = folders();
      await prepare(script);
      await removeTree(tree);
      assert.deepEqual([await readdir(top), await readdir(other)], [["other"], ["kept"]]);
    });
  }

  it("removes a link, a file, and a missing path", async () => {
    const { top, other } = folders();
    await symlink(other, join(top, "link"));
    await removeTree(join(top, "link"));
    assert.deepEqual(await readdir(other), ["kept"]);
    await removeTree(join(other, "kept"));
    await removeTree(join(top, "none"));
    assert.deepEqual([(await readdir(top)).sort(), await readdir(other)], [["other", "tree"], []]);
  });

  it("removes a link to a mount, which stays mounted", async () => {
    const { top, other } = folders();
    await prepare('mount --bind "$other" "$other"');
    try {
      await symlink(other, join(top, "link"));
      await removeTree(join(top, "link"));
      await execa("mountpoint", ["--quiet", other]);
      assert.deepEqual([(await readdir(top)).sort(), await readdir(other)], [["other", "tree"], ["kept"]]);
    } finally {
      await prepare('! mountpoint --quiet "$other" || umount "$other"');
    }
  });

  it("reports what cannot be removed, and why", async () => {
    const { tree, other } = folders();
    await prepare('mount --bind "$other" "$other"; mount -o remount,bind,ro "$other"');
    try {
      await assertMccError(removeTree(join(other, "kept")), "engine", /other\/kept.*Read-only file system/);
    } finally {
      await prepare('umount "$other"');
    }
    assert.ok(existsSync(tree));
  });

  it("keeps mounts and the folders that lead there on request", async () => {
    const { tree, other } = folders();
    await prepare(
      'mkdir -p "$tree/a/mnt" "$tree/b"; touch "$tree/a/file"; mount --bind "$other" "$tree/a/mnt"; mount --bind "$tree" "$tree"; mount --bind "$other" "$tree/a/mnt"',
    );
    try {
      await removeAroundMounts(tree);
      assert.deepEqual([await readdir(tree), await readdir(join(tree, "a"))], [["a"], ["mnt"]]);
      assert.deepEqual(await readdir(join(tree, "a", "mnt")), ["kept"]);
    } finally {
      await prepare('umount "$tree/a/mnt"; umount "$tree"; umount "$tree/a/mnt"');
    }
    await removeAroundMounts(tree);
    await removeAroundMounts(tree);
    assert.deepEqual([existsSync(tree), await readdir(other)], [false, ["kept"]]);
  });
});
