import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sharedIdGaps } from "../../../../../server/driver/lxc/images/shared-ids";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

describe("ids that the host grants to its users", () => {
  const newFolder = temporaryFolders();

  async function gaps(subuid: string, subgid = ""): Promise<string[]> {
    const root = await newFolder();
    await mkdir(join(root, "etc"));
    await writeFile(join(root, "etc/subuid"), subuid);
    await writeFile(join(root, "etc/subgid"), subgid);
    return await sharedIdGaps(root);
  }

  it("are reported if containers use them too, with the user and the remedy", async () => {
    const [first = "", second = "", ...rest] = await gaps("alice:100000:65536\n", "bob:165535:1\n");
    assert.match(first, /^\/etc\/subuid grants alice the ids 100000-165535.*give alice other ids \(usermod/);
    assert.match(second, /^\/etc\/subgid grants bob the ids 165535-165535/);
    assert.deepEqual(rest, []);
  });

  it("are not reported for root, or outside of the containers' ids", async () => {
    assert.deepEqual(await gaps("root:100000:65536\nalice:165536:65536\nbob:1000:99000\n\n"), []);
    assert.deepEqual(await sharedIdGaps("/nonexistent"), []);
  });
});
