import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { namelessFile, readEnd } from "../../../../../server/driver/openvz/commands/nameless-file";
import { withEnvironment } from "../../../../support/environment";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("a file without a name", () => {
  const newFolder = temporaryFolders();
  withEnvironment(() => ({ TMPDIR: undefined }));

  it("can be written and read, and leaves nothing", async () => {
    const folder = await newFolder();
    process.env["TMPDIR"] = folder;
    const file = await namelessFile();
    try {
      await file.write("words");
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      assert.equal(buffer.subarray(0, bytesRead).toString(), "words");
      assert.equal((await file.stat()).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      await file.close();
    }
  });

  it("of terabytes is read only at its end", async () => {
    const file = await namelessFile();
    try {
      await file.write("the end", 2 ** 42);
      assert.equal(await readEnd(file, 7), "the end");
      await file.truncate(0);
      await file.write("all", 0);
      assert.equal(await readEnd(file, 7), "all");
    } finally {
      await file.close();
    }
  });
});
