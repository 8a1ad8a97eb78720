import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openRootOf, rewriteFile } from "../../../../../server/driver/lxc/files/rewrite";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { textFile } from "../../container-spec";

describe("the content of a file in a running container", () => {
  const newFolder = temporaryFolders();

  async function during(work: (root: number, folder: string) => void): Promise<void> {
    const folder = await newFolder();
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc", "hostname"), "a long name\n");
    chmodSync(join(folder, "etc", "hostname"), 0o640);
    const root = openSync(folder, "r");
    try {
      work(root, folder);
    } finally {
      closeSync(root);
    }
  }

  it("is replaced, and its owner and mode stay", () =>
    during((root, folder) => {
      const path = join(folder, "etc", "hostname");
      const { ino, mode } = statSync(path);
      assert.equal(rewriteFile(root, textFile("/etc/hostname", "web\n")), true);
      assert.equal(readFileSync(path, "utf8"), "web\n");
      assert.deepEqual([statSync(path).ino, statSync(path).mode], [ino, mode]);
    }));

  it("has all of a longer text, and can be empty", () =>
    during((root, folder) => {
      const path = join(folder, "etc", "hostname");
      for (const content of ["x".repeat(100_000), "", "web\n"]) {
        assert.equal(rewriteFile(root, textFile("/etc/hostname", content)), true);
        assert.equal(readFileSync(path, "utf8"), content);
      }
    }));

  it("is unchanged behind a link, in a folder behind a link, and if it has a second name", () =>
    during((root, folder) => {
      const victim = join(folder, "victim");
      writeFileSync(victim, "untouched");
      symlinkSync(victim, join(folder, "etc", "link"));
      symlinkSync(folder, join(folder, "etc", "folder"));
      linkSync(victim, join(folder, "etc", "second"));
      for (const path of [
        "/etc/link",
        "/etc/folder/victim",
        "/etc/second",
        "/etc",
        "/none",
        "/none/at/all",
      ]) {
        assert.equal(rewriteFile(root, textFile(path, "changed")), false, path);
      }
      assert.equal(readFileSync(victim, "utf8"), "untouched");
    }));

  it("is found through the root of a process", () => {
    const root = openRootOf(process.pid);
    assert.equal(rewriteFile(root, textFile("/nonexistent/file", "")), false);
    closeSync(root);
  });
});
