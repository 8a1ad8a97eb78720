import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ErrorCode, MccError } from "../../../../protocol/error";
import { blamesTarball, packingFlags } from "../../../../server/driver/lxc/tarball";
import { assertMccError } from "../../../support/assert-error";
import { temporaryFolders } from "../../../support/temporary-folder";

describe("a tarball", () => {
  const newFolder = temporaryFolders();

  for (const { begins, flags } of [
    { begins: "1f8b0800", flags: ["--gzip"] },
    { begins: "425a6839", flags: ["--bzip2"] },
    { begins: "fd377a585a0000", flags: ["--xz"] },
    { begins: "28b52ffd24", flags: ["--zstd"] },
    { begins: "2e2f0000", flags: [] },
    { begins: "fd377a", flags: [] },
    { begins: "", flags: [] },
  ]) {
    it(`that begins with ${begins || "nothing"} is unpacked with ${flags.join("") || "no flag"}`, async () => {
      const path = join(await newFolder(), "image");
      await writeFile(path, Buffer.from(begins, "hex"));
      assert.deepEqual(await packingFlags(path), flags);
    });
  }

  it("that cannot be read is refused by its path", async () => {
    const folder = await newFolder();
    await assertMccError(packingFlags(join(folder, "none")), "invalid", /none cannot be read: ENOENT/);
    await assertMccError(packingFlags(folder), "invalid", /cannot be read: EISDIR/);
  });

  for (const { code, message, blames } of [
    { code: "engine", message: "tar: This does not look like a tar archive", blames: true },
    { code: "engine", message: "tar: Unexpected EOF in archive", blames: true },
    { code: "engine", message: "tar: write error: No space left on device", blames: false },
    { code: "timeout", message: "tar: Unexpected EOF in archive", blames: false },
  ] satisfies { code: ErrorCode; message: string; blames: boolean }[]) {
    it(`is ${blames ? "" : "not "}to blame for ${code} "${message}"`, () => {
      assert.equal(blamesTarball(new MccError(code, message)), blames);
    });
  }
});
