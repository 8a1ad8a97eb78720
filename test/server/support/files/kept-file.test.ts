import assert from "node:assert/strict";
import fsPromises, { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import sinon from "sinon";
import { z } from "zod";
import { readKeptJson, readKeptText } from "../../../../server/support/files/kept-file";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const schema = z.strictObject({ count: z.int(), secret: z.string().max(3).optional() });

describe("a file that the daemon keeps", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  async function fileWith(content: string): Promise<string> {
    const path = join(await newFolder(), "file.json");
    await writeFile(path, content);
    return path;
  }

  async function reasonFor(path: string): Promise<string> {
    const reading = await readKeptJson(path, schema);
    if (reading.outcome !== "damaged") {
      assert.fail(`it is ${reading.outcome}`);
    }
    return reading.reason;
  }

  it("is read", async () => {
    const path = await fileWith('{"count": 1}');
    assert.deepEqual(await readKeptJson(path, schema), { outcome: "read", value: { count: 1 } });
    assert.deepEqual(await readKeptText(path), { outcome: "read", value: '{"count": 1}' });
  });

  it("that is missing is not damaged", async () => {
    assert.deepEqual(await readKeptText(join(await newFolder(), "none")), { outcome: "missing" });
  });

  const contents: readonly [string, RegExp][] = [
    ["", /^it is empty$/],
    ["\0\0\0", /^it contains only zeros$/],
    ['{"count":', /^it is not JSON$/],
    ["2", /^it has unexpected content: expected object$/],
    ["{}", /unexpected content: count: expected /],
    ['{"count": 1, "more\\n\\ufffe": 2}', /unexpected content/],
  ];
  for (const [content, reason] of contents) {
    it(`with ${JSON.stringify(content)} is damaged`, async () => {
      assert.match(await reasonFor(await fileWith(content)), reason);
    });
  }

  it("is not quoted, and its reason is one line of ASCII", async () => {
    for (const content of ['{"count": 1, "secret": "hunter2"}', "hunter2", '["hunter2\\n\\ufffe"]']) {
      const reason = await reasonFor(await fileWith(content));
      assert.match(reason, /^[\x20-\x7e]+$/);
      assert.doesNotMatch(reason, /hunter2/);
    }
  });

  it("is neither followed nor does it block if it is not a file", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "folder"));
    await execa("mkfifo", [join(folder, "fifo")]);
    await writeFile(join(folder, "target"), '{"count": 1}');
    await symlink(join(folder, "target"), join(folder, "link"));
    assert.equal(await reasonFor(join(folder, "folder")), "it is a folder, not a file");
    assert.equal(await reasonFor(join(folder, "fifo")), "it is a FIFO, not a file");
    assert.equal(await reasonFor(join(folder, "link")), "it is a symbolic link, not a file");
    assert.match(await reasonFor(join(folder, "target", "below")), /parent folder is not a folder/);
  });

  it("is not read into memory if it is too large", async () => {
    const path = await fileWith("");
    await truncate(path, 2 ** 40);
    assert.match(await reasonFor(path), /^it has 1099511627776 bytes, and at most 16777216 are expected$/);
  });

  it("is not damaged if the machine lacks resources", async () => {
    const path = await fileWith('{"count": 1}');
    for (const code of ["EMFILE", "ENFILE", "ENOMEM"]) {
      const error = Object.assign(new Error(code), { code });
      sinon.replace(fsPromises, "open", sinon.fake.rejects(error));
      await assert.rejects(readKeptText(path), { code });
      sinon.restore();
    }
  });
});
