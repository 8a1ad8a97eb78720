import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IdSequence } from "../../../../server/cloud/reservations/id-sequence";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";

/** Opens the sequence, which is new if the folder has no file of it. */
async function openSequence(folder: string): Promise<IdSequence> {
  const exists = existsSync(join(folder, "next-id.json"));
  return await IdSequence.open(folder, silentDamage(folder), !exists);
}

describe("the sequence of ids", () => {
  const newFolder = temporaryFolders();

  it("starts at 500, and continues without a gap after a normal end", async () => {
    const folder = await newFolder();
    const first = await openSequence(folder);
    assert.deepEqual([first.take(), first.take()], [500, 501]);
    await first.close();
    assert.equal((await openSequence(folder)).take(), 502);
  });

  it("does not give out a settled id again after a crash", async () => {
    const folder = await newFolder();
    const crashed = await openSequence(folder);
    const ids = Array.from({ length: 40 }, () => crashed.take());
    await crashed.settled();
    assert.ok((await openSequence(folder)).take() > Math.max(...ids));
  });

  it("secures many ids with one write", async () => {
    const folder = await newFolder();
    const ids = await openSequence(folder);
    ids.foresee(1000);
    await ids.settled();
    const { next } = JSON.parse(await readFile(join(folder, "next-id.json"), "utf8")) as { next: number };
    assert.ok(next >= 1500);
    assert.equal(ids.take(), 500);
  });

  it("skips used ids, and remembers them after a crash", async () => {
    const folder = await newFolder();
    const ids = await openSequence(folder);
    ids.skip(510);
    ids.skip(400);
    assert.equal(ids.take(), 511);
    ids.keep(700);
    await ids.settled();
    assert.ok((await openSequence(folder)).take() > 700);
  });

  it("fails if the file cannot be written, and retries with the next id", async () => {
    const folder = await newFolder();
    const ids = await openSequence(folder);
    await mkdir(join(folder, "next-id.json.new"));
    ids.take();
    await assert.rejects(ids.settled(), {
      code: "unavailable",
      message: /next-id\.json cannot be used: a folder is in the place of a file/,
    });
    await rm(join(folder, "next-id.json.new"), { recursive: true });
    const id = ids.take();
    await ids.settled();
    assert.ok((await openSequence(folder)).take() > id);
  });

  for (const text of [
    "",
    "{}",
    '{"next": 499}',
    '{"next": 500, "more": 1}',
    '{"next": 9007199254740991}',
    undefined,
  ]) {
    it(`leaves a gap after the used ids if its file ${text === undefined ? "is missing" : `contains ${JSON.stringify(text)}`}`, async () => {
      const folder = await newFolder();
      if (text !== undefined) {
        await writeFile(join(folder, "next-id.json"), text);
      }
      const damaged = silentDamage(folder);
      const ids = await IdSequence.open(folder, damaged, false);
      ids.skip(512);
      ids.leapIfLost();
      assert.equal(ids.take(), 10_000);
      await ids.settled();
      const next = await IdSequence.open(folder, damaged, false);
      next.leapIfLost();
      assert.ok(next.take() > 10_000);
      assert.ok(damaged.list().every(({ file }) => file === "next-id.json"));
      assert.equal(damaged.total, text === undefined ? 1 : 2);
    });
  }

  it("leaves no gap if the file is complete", async () => {
    const folder = await newFolder();
    await (await openSequence(folder)).close();
    const ids = await IdSequence.open(folder, silentDamage(folder), false);
    ids.leapIfLost();
    assert.equal(ids.take(), 500);
  });
});
