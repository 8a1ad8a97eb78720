import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withArchive } from "../../../../server/support/archives/file";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("the file of an archive", () => {
  const newFolder = temporaryFolders();
  const open = (path: string): Promise<undefined> => withArchive(path, () => Promise.resolve(undefined));

  it("is opened with its compression, and closed", async () => {
    const path = join(await newFolder(), "image");
    await writeFile(path, Buffer.from("1f8b0800", "hex"));
    const handle = await withArchive(path, (archive) => {
      assert.equal(archive.path, path);
      assert.equal(archive.packing?.name, "gzip");
      return Promise.resolve(archive.handle);
    });
    assert.equal(handle.fd, -1);
  });

  it("that cannot be read is refused, with its path", async () => {
    const folder = await newFolder();
    await assertMccError(open(join(folder, "none")), "invalid", /none cannot be read: ENOENT/);
    await assertMccError(open(folder), "invalid", /cannot be read: EISDIR/);
    await writeFile(join(folder, "empty"), "");
    await assertMccError(open(join(folder, "empty")), "invalid", /empty cannot be read: it is empty/);
  });

  it("does not block if it is a FIFO or a device", async () => {
    const fifo = join(await newFolder(), "fifo");
    execFileSync("mkfifo", [fifo]);
    for (const path of [fifo, "/dev/zero"]) {
      await assertMccError(open(path), "invalid", /cannot be read: it is a FIFO or a device/);
    }
  });
});
