import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endingOf, fillRecord } from "../../../../../server/driver/openvz/images/formats";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("the format of an image's file", () => {
  const newFolder = temporaryFolders();

  async function fileOf(content: Buffer): Promise<string> {
    const path = join(await newFolder(), "image");
    await writeFile(path, content);
    return path;
  }

  for (const { begins, ending } of [
    { begins: "1f8b0800", ending: ".tar.gz" },
    { begins: "425a6839", ending: ".tar.bz2" },
    { begins: "fd377a585a0000", ending: ".tar.xz" },
    { begins: "2e2f0000", ending: ".tar" },
    { begins: "", ending: ".tar" },
  ]) {
    it(`is ${ending} for a file that begins with ${begins || "nothing"}`, async () => {
      assert.equal(await endingOf(await fileOf(Buffer.from(begins, "hex"))), ending);
    });
  }

  it("is refused if vzctl cannot unpack it, or if it cannot be read", async () => {
    const packed = await fileOf(Buffer.from("28b52ffd24", "hex"));
    await assertMccError(endingOf(packed), "invalid", /compressed with zstd, which vzctl cannot unpack/);
    await assertMccError(endingOf(`${packed}.none`), "invalid", /image\.none cannot be read: ENOENT/);
  });

  for (const { bytes, begins, filled } of [
    { bytes: 1, begins: "2e", filled: 10_240 },
    { bytes: 10_240, begins: "2e", filled: 10_240 },
    { bytes: 10_241, begins: "2e", filled: 20_480 },
    { bytes: 11, begins: "1f8b", filled: 11 },
  ]) {
    it(`has ${filled} bytes instead of ${bytes} if it begins with ${begins}`, async () => {
      const content = Buffer.alloc(bytes);
      content.write(begins, "hex");
      const path = await fileOf(content);
      await fillRecord(path);
      assert.equal((await stat(path)).size, filled);
    });
  }
});
