import assert from "node:assert/strict";
import { constants } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireOpenForReading } from "../../../../../server/driver/openvz/sudo/standard-input";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

/** open(2): Node has no name for it. */
const openPath = 0o10000000;

describe("the archive that a user's daemon passes to the root program", () => {
  const newFolder = temporaryFolders();

  async function opened(flags: number): Promise<void> {
    const path = join(await newFolder(), "archive");
    await writeFile(path, "content");
    const handle = await open(path, flags);
    try {
      await requireOpenForReading(handle.fd);
    } finally {
      await handle.close();
    }
  }

  it("is open for reading", async () => {
    await opened(constants.O_RDONLY);
    await opened(constants.O_RDWR);
  });

  for (const [how, flags] of [
    ["only as a path", openPath],
    ["only for writing", constants.O_WRONLY],
  ] as const) {
    it(`is refused if it is open ${how}`, async () => {
      await assert.rejects(opened(flags), /was not opened for reading/);
    });
  }
});
