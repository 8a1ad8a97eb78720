import assert from "node:assert/strict";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { UnchangedFiles } from "../../../../server/support/files/unchanged-files";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("files that are remembered while they are unchanged", () => {
  const newFolder = temporaryFolders();
  let path: string;
  let files: UnchangedFiles<string>;
  let reads: number;

  beforeEach(async () => {
    path = join(await newFolder(), "file");
    files = new UnchangedFiles();
    reads = 0;
  });

  const read = async (): Promise<string | undefined> =>
    await files.read(path, async () => {
      reads += 1;
      return await unlessErrno(readFile(path, "utf8"), "ENOENT");
    });

  it("are read once", async () => {
    await writeFile(path, "a");
    assert.deepEqual([await read(), await read(), reads], ["a", "a", 1]);
  });

  it("are read again after each kind of change", async () => {
    await writeFile(path, "a");
    const changes = [
      () => writeFile(path, "bb"),
      () => writeFile(path, "cc"),
      () => chmod(path, 0o600),
      async () => {
        await writeFile(`${path}.new`, "dd");
        await rename(`${path}.new`, path);
      },
      () => rm(path),
      () => writeFile(path, "ee"),
    ];
    assert.equal(await read(), "a");
    for (const [index, change] of changes.entries()) {
      // Older kernels tell times of change only to some milliseconds.
      await pause(20);
      await change();
      assert.equal(await read(), await unlessErrno(readFile(path, "utf8"), "ENOENT"));
      assert.equal(reads, index + 2);
    }
  });

  it("are not remembered if they change while they are read", async () => {
    await writeFile(path, "a");
    const first = await files.read(path, async () => {
      await writeFile(path, "bb");
      return "a";
    });
    assert.deepEqual([first, await read()], ["a", "bb"]);
  });
});
