import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { link, mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { z } from "zod";
import { readJsonFile, replaceBy, writeJsonFile } from "../../../../server/support/files/json-file";
import { assertMccError } from "../../../support/assert-error";
import { lieOnce } from "../../../support/files/lying-files";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const schema = z.strictObject({ count: z.int() });

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe("a JSON file", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  it("is replaced completely, leaves no other file, and is readable only for its owner", async () => {
    const folder = await newFolder();
    const path = join(folder, "file.json");
    await writeFile(path, "an earlier text that is longer than the next", { mode: 0o644 });
    await writeJsonFile(path, { count: 1 });
    assert.deepEqual(await readdir(folder), ["file.json"]);
    assert.equal(await readFile(path, "utf8"), '{\n  "count": 1\n}\n');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readJsonFile(path, schema), { count: 1 });
  });

  it("leaves no other file if it cannot be written, and does not change", async () => {
    const folder = await newFolder();
    const path = join(folder, "file.json");
    await writeJsonFile(path, { count: 1 });
    const failing: [string, () => Promise<void>][] = [
      ["ENOSPC", () => replaceBy(path, 0o600, () => Promise.reject(errno("ENOSPC")))],
      [
        "EIO",
        () =>
          replaceBy(path, 0o600, (descriptor) => {
            writeFileSync(descriptor, "half");
            return Promise.reject(errno("EIO"));
          }),
      ],
    ];
    for (const [code, write] of failing) {
      await assert.rejects(write(), { code });
      assert.deepEqual(await readdir(folder), ["file.json"]);
      assert.deepEqual(await readJsonFile(path, schema), { count: 1 });
    }
    await mkdir(join(folder, "folder.json"));
    await assertMccError(
      writeJsonFile(join(folder, "folder.json"), {}),
      "unavailable",
      /folder\.json cannot be used: a folder is in the place of a file; move it away/,
    );
    assert.deepEqual((await readdir(folder)).sort(), ["file.json", "folder.json"]);
  });

  for (const step of ["link", "open", "rename", "sync of the folder"] as const) {
    it(`has its earlier content if it was replaced, but the ${step} reports a failure`, async () => {
      const folder = await newFolder();
      const path = join(folder, "file.json");
      const write = (count: number): Promise<void> => writeJsonFile(path, { count });
      const failOnce = (): void =>
        step === "sync of the folder" ? lieOnce("open", (opened) => opened === folder) : lieOnce(step);
      failOnce();
      await (step === "link" ? Promise.resolve() : assertMccError(write(1), "unavailable", /file\.json/));
      assert.deepEqual(await readdir(folder), []);
      sinon.restore();
      await write(1);
      failOnce();
      await assertMccError(write(2), "unavailable", /file\.json/);
      assert.deepEqual(await readdir(folder), ["file.json"]);
      assert.deepEqual(await readJsonFile(path, schema), { count: 1 });
    });
  }

  it("is replaced over what a killed write has left", async () => {
    const folder = await newFolder();
    const path = join(folder, "file.json");
    await writeJsonFile(path, { count: 1 });
    await link(path, `${path}.former.new`);
    await writeFile(`${path}.new`, "half");
    await writeJsonFile(path, { count: 2 });
    assert.deepEqual(await readdir(folder), ["file.json"]);
    assert.deepEqual(await readJsonFile(path, schema), { count: 2 });
  });

  it("is refused while a folder is in the place of a file that it needs for the moment", async () => {
    const folder = await newFolder();
    const path = join(folder, "file.json");
    await writeJsonFile(path, { count: 1 });
    for (const temporary of [`${path}.former.new`, `${path}.new`]) {
      await mkdir(temporary);
      await assertMccError(writeJsonFile(path, { count: 2 }), "unavailable", /in (its|the) place/);
      assert.deepEqual(await readJsonFile(path, schema), { count: 1 });
      await rmdir(temporary);
    }
    assert.deepEqual(await readdir(folder), ["file.json"]);
    await writeJsonFile(path, { count: 2 });
  });

  it("that is not JSON, or has unexpected content, is refused with its name", async () => {
    const path = join(await newFolder(), "file.json");
    await writeFile(path, '{"count":');
    await assertMccError(readJsonFile(path, schema), "invalid", /file\.json is not JSON: /);
    await writeFile(path, '{"count": "1"}');
    await assertMccError(readJsonFile(path, schema), "invalid", /file\.json.*count/);
  });

  it("that does not exist is not reported as invalid", async () => {
    await assert.rejects(readJsonFile(join(await newFolder(), "none.json"), schema), { code: "ENOENT" });
  });
});
