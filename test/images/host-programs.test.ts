import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { missingPrograms, requirePrograms } from "../../images/host-programs";
import { assertMccError } from "../support/assert-error";
import { temporaryFolders } from "../support/files/temporary-folder";

describe("the programs of the host that an image needs", () => {
  const newFolder = temporaryFolders();

  it("are all named with their packages if they are missing", async () => {
    const folder = await newFolder();
    const present = { path: join(folder, "present"), debianPackage: "one", purpose: "the shell" };
    const noProgram = { path: join(folder, "text"), debianPackage: "two", purpose: "the SSH server" };
    const missing = { path: join(folder, "missing"), debianPackage: "three", purpose: "its files" };
    await writeFile(present.path, "", { mode: 0o755 });
    await writeFile(noProgram.path, "", { mode: 0o644 });
    assert.deepEqual(await missingPrograms([noProgram, present, missing]), [noProgram, missing]);
    await requirePrograms("micro", [present]);
    await assertMccError(
      requirePrograms("micro", [present, noProgram, missing]),
      "unavailable",
      /^Building the image micro needs \S+\/text \(the SSH server\), \S+\/missing \(its files\)\. .*apt-get install two three$/,
    );
  });
});
