import assert from "node:assert/strict";
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shiftOldLogs } from "../../../server/log/shift-old-files";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the old logs", () => {
  const newFolder = temporaryFolders();

  /** Creates a folder with these old logs. Each contains its number. */
  async function logs(
    numbers: readonly number[],
  ): Promise<{ path: string; contents: () => Promise<string> }> {
    const folder = await newFolder();
    for (const number of numbers) {
      await writeFile(join(folder, `log.${number}`), String(number));
    }
    const contents = async (): Promise<string> => {
      const names = (await readdir(folder)).sort();
      const texts = names.map(async (name) => `${name}=${await readFile(join(folder, name), "utf8")}`);
      return (await Promise.all(texts)).join(" ");
    };
    return { path: join(folder, "log"), contents };
  }

  const shifts: [readonly number[], string][] = [
    [[], ""],
    [[1], "log.2=1"],
    [[1, 2, 3], "log.2=1 log.3=2"],
    [[2, 3], "log.2=2 log.3=3"],
    [[1, 3], "log.2=1 log.3=3"],
    [[1, 2, 3, 4, 5], "log.2=1 log.3=2"],
  ];
  for (const [numbers, expected] of shifts) {
    it(`are moved for the next one: ${numbers.join(", ") || "none"}`, async () => {
      const { path, contents } = await logs(numbers);
      shiftOldLogs(path, 3);
      assert.equal(await contents(), expected);
    });
  }

  it("are moved as links, and their targets do not change", async () => {
    const { path } = await logs([]);
    const victim = join(await newFolder(), "victim");
    await writeFile(victim, "victim");
    await Promise.all([1, 2, 3, 4].map((number) => symlink(victim, `${path}.${number}`)));
    shiftOldLogs(path, 3);
    assert.equal(await readFile(victim, "utf8"), "victim");
    assert.ok((await lstat(`${path}.3`)).isSymbolicLink());
    await assert.rejects(lstat(`${path}.4`), { code: "ENOENT" });
  });

  it("stay if a folder has one of the names", async () => {
    const { path, contents } = await logs([1]);
    await mkdir(`${path}.2`);
    await writeFile(join(`${path}.2`, "mine"), "");
    assert.throws(() => shiftOldLogs(path, 2), { code: /EISDIR|ENOTEMPTY|EEXIST/ });
    await assert.rejects(contents(), { code: "EISDIR" });
    assert.equal(await readFile(`${path}.1`, "utf8"), "1");
  });
});
