import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout, compiled } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";

const program = compiled("picture/main.js");
const readmePicture = join(checkout, "docs", "pictures", "quickstart.svg");

describe("npm run picture", () => {
  const newFolder = temporaryFolders();

  it("draws the README's picture from a real run; if this differs, run npm run picture", async () => {
    const file = join(await newFolder(), "quickstart.svg");
    await execa(process.execPath, [program, file]);
    // Lines: the message of a difference between two long texts does not name it.
    assert.deepEqual(await linesOf(file), await linesOf(readmePicture));
  });
});

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).split("\n");
}
