import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { idLine, nextFreeIds, withLine, withoutLine } from "../../../server/user-setup/subordinate-ids";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the ids of a user's containers", () => {
  const newFolder = temporaryFolders();

  async function nextAfter(...texts: readonly string[]): Promise<number> {
    const folder = await newFolder();
    const files = texts.map((_, index) => join(folder, String(index)));
    for (const [index, text] of texts.entries()) {
      await writeFile(files[index] ?? "", text);
    }
    return await nextFreeIds([...files, join(folder, "missing")]);
  }

  it("come after those of root's daemon and of all other users, and are the same for users and groups", async () => {
    assert.equal(await nextAfter("", ""), 196_608);
    assert.equal(await nextAfter("alice:100000:65536\n", "bob:165536:65536\n"), 262_144);
    assert.equal(await nextAfter("# nothing\n\nbad line\n", "x:1:y\n"), 196_608);
  });

  it("are granted by a line at the end of a file, once", () => {
    const line = idLine("alice", 196_608);
    assert.equal(line, "alice:196608:65536");
    for (const [before, after] of [
      ["", `${line}\n`],
      ["bob:1:2", `bob:1:2\n${line}\n`],
      ["bob:1:2\n", `bob:1:2\n${line}\n`],
    ] as const) {
      assert.equal(withLine(before, line), after);
      assert.equal(withLine(after, line), after);
    }
  });

  it("are taken back without a change of other lines", () => {
    assert.equal(withoutLine("bob:1:2\nalice:5:6\n\n# end\n", "alice:5:6"), "bob:1:2\n\n# end\n");
    assert.equal(withoutLine("alice:5:60\n", "alice:5:6"), "alice:5:60\n");
  });
});
