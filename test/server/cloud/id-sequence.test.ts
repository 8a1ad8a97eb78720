import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IdSequence } from "../../../server/cloud/id-sequence";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/temporary-folder";

describe("the sequence of ids", () => {
  const newFolder = temporaryFolders();

  it("begins at 500, and goes on without a gap after a clean end", async () => {
    const folder = await newFolder();
    const first = await IdSequence.open(folder);
    assert.deepEqual([first.take(), first.take()], [500, 501]);
    await first.close();
    assert.equal((await IdSequence.open(folder)).take(), 502);
  });

  it("never gives an id that is settled out again after a crash", async () => {
    const folder = await newFolder();
    const crashed = await IdSequence.open(folder);
    const ids = Array.from({ length: 40 }, () => crashed.take());
    await crashed.settled();
    assert.ok((await IdSequence.open(folder)).take() > Math.max(...ids));
  });

  it("makes many ids safe with one write", async () => {
    const folder = await newFolder();
    const ids = await IdSequence.open(folder);
    ids.foresee(1000);
    await ids.settled();
    const { next } = JSON.parse(await readFile(join(folder, "next-id.json"), "utf8")) as { next: number };
    assert.ok(next >= 1500);
    assert.equal(ids.take(), 500);
  });

  it("skips ids that something has already, and keeps them over a crash", async () => {
    const folder = await newFolder();
    const ids = await IdSequence.open(folder);
    ids.skip(510);
    ids.skip(400);
    assert.equal(ids.take(), 511);
    ids.keep(700);
    await ids.settled();
    assert.ok((await IdSequence.open(folder)).take() > 700);
  });

  it("says that an id is not safe when it could not be written, and tries again with the next", async () => {
    const folder = await newFolder();
    const ids = await IdSequence.open(folder);
    await mkdir(join(folder, "next-id.json.new"));
    ids.take();
    await assert.rejects(ids.settled(), { code: "EISDIR" });
    await rm(join(folder, "next-id.json.new"), { recursive: true });
    const id = ids.take();
    await ids.settled();
    assert.ok((await IdSequence.open(folder)).take() > id);
  });

  it("refuses a file that was damaged", async () => {
    for (const text of ["", "{}", '{"next": 499}', '{"next": 500, "more": 1}']) {
      const folder = await newFolder();
      await writeFile(join(folder, "next-id.json"), text);
      await assertMccError(IdSequence.open(folder), "invalid", /next-id\.json/);
    }
  });
});
