import assert from "node:assert/strict";
import fs from "node:fs";
import promises, {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import sinon from "sinon";
import { InstanceRecords } from "../../../../../server/cloud/instances/records/instance-records";
import { journalLine } from "../../../../../server/cloud/instances/records/journal-lines";
import type { InstanceRecord } from "../../../../../server/cloud/instances/records/record";
import { DamagedFiles } from "../../../../../server/cloud/state/damaged-files";
import { assertMccError } from "../../../../support/assert-error";
import { recordedIds } from "../../../../support/daemons/recorded-ids";
import { lieAboutSync } from "../../../../support/files/lying-files";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { eventually } from "../../../../support/time/eventually";

const log = pino({ level: "silent" });
const keep = { sync: true };

function recordOf(id: number, changes: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    phase: "created",
    id,
    uid: String(id).padStart(32, "0"),
    name: `web-${id}`,
    ipAddress: "198.18.0.2",
    hostname: `web-${id}`,
    image: "micro",
    type: "basic",
    keys: [],
    publicKeys: [],
    labels: {},
    createdAt: "2026-01-01T00:00:00.000Z",
    sshHostKey: "ssh-ed25519 AAAA",
    wanted: "running",
    ...changes,
  };
}

describe("the records of instances", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  interface Opened {
    readonly records: InstanceRecords;
    readonly found: InstanceRecord[];
    readonly damaged: DamagedFiles;
  }

  const opened: InstanceRecords[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((records) => records.stop())));

  async function open(folder: string): Promise<Opened> {
    const damaged = new DamagedFiles(folder, log);
    const records = new InstanceRecords(folder, damaged, log);
    opened.push(records);
    return { records, damaged, found: await records.all(new Set()) };
  }

  /** Returns what a daemon finds after a kill: the name of each record. */
  async function foundNext(folder: string): Promise<string[]> {
    const { found } = await open(folder);
    return found.map(({ id, name }) => `${id} ${name}`);
  }

  const journalOf = (folder: string): string => join(folder, "instances", "journal");

  it("are kept by one file until they are settled, and then each by its own", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    await Promise.all([500, 501, 502].map((id) => records.write(recordOf(id))));
    await records.write(recordOf(501, { name: "other" }));
    await records.remove(502, keep);
    assert.deepEqual(await readdir(join(folder, "instances")), ["journal"]);
    assert.deepEqual(await recordedIds(folder), [500, 501]);
    assert.deepEqual(await foundNext(folder), ["500 web-500", "501 other"]);
    await records.settle();
    assert.deepEqual((await readdir(join(folder, "instances"))).sort(), ["500", "501", "journal"]);
    assert.equal((await stat(journalOf(folder))).size, 0);
    assert.deepEqual(await foundNext(folder), ["500 web-500", "501 other"]);
    assert.deepEqual(
      [500, 501, 502].map((id) => records.has(id)),
      [true, true, false],
    );
  });

  it("that change after they were settled are newer than their files, also if they are removed", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    await Promise.all([500, 501, 502].map((id) => records.write(recordOf(id))));
    await records.settle();
    await records.write(recordOf(500, { name: "newer" }));
    await records.write(recordOf(501, { name: "newer" }));
    await records.remove(501, keep);
    await records.remove(502, keep);
    assert.deepEqual(await foundNext(folder), ["500 newer"]);
  });

  it("stay removed if the removal of their file was lost in a power cut", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    await records.write(recordOf(500));
    await records.settle();
    const file = await readFile(records.pathOf(500));
    await records.write(recordOf(500, { phase: "destroying" }));
    await records.remove(500, keep);
    await mkdir(records.folderOf(500), { mode: 0o700 });
    await writeFile(records.pathOf(500), file);
    assert.deepEqual(await foundNext(folder), []);
    assert.deepEqual(await recordedIds(folder), []);
  });

  it("may be removed or changed while they are being settled", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    const ids = Array.from({ length: 40 }, (_, index) => 500 + index);
    await Promise.all(ids.map((id) => records.write(recordOf(id))));
    const settling = records.settle();
    await Promise.all(
      ids.map((id) =>
        id % 2 === 0 ? records.remove(id, keep) : records.write(recordOf(id, { name: "newer" })),
      ),
    );
    await settling;
    const wanted = ids.filter((id) => id % 2 !== 0).map((id) => `${id} newer`);
    assert.deepEqual(await foundNext(folder), wanted);
    await records.settle();
    assert.deepEqual(await foundNext(folder), wanted);
    assert.equal((await stat(journalOf(folder))).size, 0);
  });

  it("settle by themselves once none has changed for five seconds", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const folder = await newFolder();
    const { records } = await open(folder);
    await records.write(recordOf(500));
    clock.tick(4_000);
    await records.write(recordOf(501));
    clock.tick(4_000);
    assert.deepEqual(await readdir(join(folder, "instances")), ["journal"]);
    clock.tick(1_000);
    clock.restore();
    await records.settle();
    assert.deepEqual((await readdir(join(folder, "instances"))).sort(), ["500", "501", "journal"]);
  });

  it("are completely written once the daemon has stopped", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const folder = await newFolder();
    const { records } = await open(folder);
    await records.write(recordOf(500));
    clock.tick(5_000);
    clock.restore();
    await records.stop();
    assert.deepEqual(await readdir(records.folderOf(500)), ["instance.json"]);
    assert.equal((await stat(journalOf(folder))).size, 0);
  });

  it("survive a power cut in a folder that a log has made", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    await records.write(recordOf(500));
    await mkdir(records.folderOf(500));
    const synced = syncedPaths();
    await records.settle();
    assert.ok(synced.includes(join(folder, "instances")));
  });

  it("of a daemon that was killed before its sync are synced by the next one", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    await records.write(recordOf(500));
    const synced = syncedPaths();
    await open(folder);
    assert.deepEqual(synced, [journalOf(folder), join(folder, "instances")]);
  });

  /** Returns the paths of all files and folders that are synced from now on. */
  function syncedPaths(): string[] {
    const paths: string[] = [];
    for (const name of ["fsync", "fdatasync"] as const) {
      const original = fs[name];
      sinon.replace(fs, name, ((descriptor: number, done: (error: Error | null) => void) => {
        paths.push(fs.readlinkSync(`/proc/self/fd/${descriptor}`));
        original(descriptor, done);
      }) as never);
    }
    return paths;
  }

  it("settle without a pause when thousands have changed", async () => {
    const folder = await newFolder();
    const { records } = await open(folder);
    const labels = { long: "x".repeat(60_000) };
    const ids = Array.from({ length: 100 }, (_, index) => 500 + index);
    for (const id of ids) {
      await records.write(recordOf(id, { labels }));
    }
    await eventually(async () => {
      const entries = await readdir(join(folder, "instances"));
      return entries.includes("500") && (await stat(journalOf(folder))).size < 4 * 1024 * 1024;
    }, "the journal is shorter");
    assert.equal((await foundNext(folder)).length, ids.length);
  });

  function refusal(code: string, syscall: string): Error {
    return Object.assign(new Error(`${code}, ${syscall}`), { code, syscall });
  }

  /** Lets files fail to open as on a full disk. @returns how often that happened. */
  function refuseToOpen(path: RegExp): () => number {
    const open = fs.openSync;
    let count = 0;
    sinon.replace(fs, "openSync", (name, ...rest) => {
      if (path.test(String(name))) {
        count += 1;
        throw refusal("ENOSPC", "open");
      }
      return open(name, ...rest);
    });
    return () => count;
  }

  describe("whose journal", () => {
    it("ends in half a line are those of the lines before", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      const half = journalLine(recordOf(501)).subarray(0, 40);
      await appendFile(journalOf(folder), half);
      assert.deepEqual(await foundNext(folder), ["500 web-500"]);
      const { records: next, damaged } = await open(folder);
      await next.write(recordOf(502));
      assert.deepEqual(await foundNext(folder), ["500 web-500", "502 web-502"]);
      assert.deepEqual(damaged.list(), []);
    });

    it("has a damaged line keep the other lines, and the file is moved away", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      await appendFile(journalOf(folder), '{"id":501}\n');
      await appendFile(journalOf(folder), journalLine(recordOf(502)));
      const { found, damaged } = await open(folder);
      assert.deepEqual(
        found.map(({ id }) => id),
        [500, 502],
      );
      const [damage] = damaged.list();
      assert.equal(damage?.file, "instances/journal");
      assert.equal(damage.reason, "line 2 is not the record of an instance");
      assert.match(await readFile(damage.movedTo ?? "", "utf8"), /"id":501/);
      assert.deepEqual(await foundNext(folder), ["500 web-500", "502 web-502"]);
    });

    it("has a damaged line keep the other lines if the file cannot be written again", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await Promise.all([500, 501, 502].map((id) => records.write(recordOf(id))));
      await records.remove(501, keep);
      await appendFile(journalOf(folder), "damage\n");
      refuseToOpen(/journal\.new$/);
      assert.deepEqual(await foundNext(folder), ["500 web-500", "502 web-502"]);
      sinon.restore();
      assert.deepEqual(await foundNext(folder), ["500 web-500", "502 web-502"]);
      assert.deepEqual(await recordedIds(folder), [500, 502]);
    });

    it("is in a folder that is a file report only that", async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "instances"), "");
      const { damaged } = await open(folder);
      assert.deepEqual(
        damaged.list().map(({ file }) => file),
        ["instances"],
      );
    });

    for (const [what, disturb] of [
      ["is removed", (path: string) => rm(path)],
      ["is removed with its folder", (path: string) => rm(join(path, ".."), { recursive: true })],
      ["is moved away", (path: string) => rename(path, `${path}.old`)],
      ["is changed", (path: string) => appendFile(path, "more\n")],
      ["is emptied", (path: string) => writeFile(path, "")],
    ] as const) {
      it(`${what} are all written again with the next change`, async () => {
        const folder = await newFolder();
        const { records } = await open(folder);
        await records.write(recordOf(500));
        await disturb(journalOf(folder));
        await records.write(recordOf(501));
        await rm(`${journalOf(folder)}.old`, { force: true });
        assert.deepEqual(await foundNext(folder), ["500 web-500", "501 web-501"]);
      });
    }

    it("is a folder are refused, and accepted when it is gone", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await mkdir(journalOf(folder));
      await assertMccError(records.write(recordOf(500)), "unavailable", /journal cannot be used: a folder/);
      await rm(journalOf(folder), { recursive: true });
      await records.write(recordOf(500));
      assert.deepEqual(await foundNext(folder), ["500 web-500"]);
    });
  });

  describe("of which the file system refuses", () => {
    /** Lets writes into the journal fail as on a full disk, except those of one byte in place. */
    function fillUp(): void {
      const write = fs.writeSync as (...parameters: unknown[]) => number;
      sinon.replace(fs, "writeSync", ((descriptor: number, content: Buffer | string, ...rest: unknown[]) => {
        if (typeof content !== "string") {
          throw refusal("ENOSPC", "write");
        }
        return write(descriptor, content, ...rest);
      }) as never);
    }

    it("a change are as before, and removals succeed", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await Promise.all([500, 501].map((id) => records.write(recordOf(id))));
      fillUp();
      const [created, changed, removed] = await Promise.allSettled([
        records.write(recordOf(502)),
        records.write(recordOf(500, { name: "newer" })),
        records.remove(501, keep),
      ]);
      assert.deepEqual(
        [created.status, changed.status, removed.status],
        ["rejected", "rejected", "fulfilled"],
      );
      await assertMccError(
        records.write(recordOf(502)),
        "exhausted",
        /journal cannot be written: .*no space left/,
      );
      assert.deepEqual(
        [500, 501, 502].map((id) => records.has(id)),
        [true, false, false],
      );
      assert.deepEqual(await foundNext(folder), ["500 web-500"]);
      sinon.restore();
      await records.write(recordOf(502));
      assert.deepEqual(await foundNext(folder), ["500 web-500", "502 web-502"]);
    });

    it("the sync are as before, also removed ones", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      for (const change of [() => records.write(recordOf(501)), () => records.remove(500, keep)]) {
        lieAboutSync();
        await assertMccError(change(), "unavailable", /journal cannot be used: .*input\/output error/);
        sinon.restore();
        assert.deepEqual(await foundNext(folder), ["500 web-500"]);
      }
      await records.remove(500, keep);
      assert.deepEqual(await foundNext(folder), []);
    });

    it("the sync and the return are as before with the next change", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      const write = fs.writeSync as (...parameters: unknown[]) => number;
      sinon.replace(fs, "writeSync", ((descriptor: number, content: Buffer | string, ...rest: unknown[]) => {
        if (content === "{") {
          throw refusal("EIO", "write");
        }
        return write(descriptor, content, ...rest);
      }) as never);
      lieAboutSync();
      await assertMccError(records.remove(500, keep), "unavailable", /input\/output error/);
      sinon.restore();
      assert.ok(records.has(500));
      await records.write(recordOf(501));
      assert.deepEqual(await foundNext(folder), ["500 web-500", "501 web-501"]);
    });

    it("the sync and the return are as before once they settle, also if there are none", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      await records.remove(500, keep);
      await records.settle();
      lieAboutSync();
      sinon.replace(fs, "ftruncateSync", () => {
        throw refusal("EIO", "ftruncate");
      });
      await assertMccError(records.write(recordOf(501)), "unavailable", /input\/output error/);
      sinon.restore();
      await records.settle();
      assert.deepEqual(await foundNext(folder), []);
    });

    it("the close are as after the change", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      const close = fs.closeSync;
      sinon.replace(fs, "closeSync", (descriptor) => {
        close(descriptor);
        throw refusal("EIO", "close");
      });
      await records.write(recordOf(501));
      sinon.restore();
      assert.deepEqual(await foundNext(folder), ["500 web-500", "501 web-501"]);
    });

    it("the removal of their files stay removed, and an older file never counts", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      await records.settle();
      await Promise.all([500, 501].map((id) => records.write(recordOf(id, { phase: "destroying" }))));
      const refuse = (): void => {
        sinon.replace(promises, "unlink", () => Promise.reject(refusal("EIO", "unlink")));
        sinon.replace(promises, "rm", () => Promise.reject(refusal("EIO", "rm")));
      };
      refuse();
      await assertMccError(records.remove(500, keep), "unavailable", /input\/output error/);
      await assertMccError(records.settle(), "unavailable", /input\/output error/);
      const { records: next, found } = await open(folder);
      assert.deepEqual(
        found.map(({ id }) => id),
        [501],
      );
      await assertMccError(next.settle(), "unavailable", /input\/output error/);
      sinon.restore();
      assert.deepEqual(await foundNext(folder), ["501 web-501"]);
      assert.deepEqual(await recordedIds(folder), [501]);
    });

    it("that one is set aside stay for the next daemon", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await records.write(recordOf(500));
      lieAboutSync();
      refuseToOpen(/instance\.json\.new$/);
      assert.equal(await records.setAside(500, "it claims the name of instance 501"), false);
      sinon.restore();
      assert.deepEqual(await foundNext(folder), ["500 web-500"]);
    });

    it("their files are tried again after a pause, also if the journal is long", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      const tried = refuseToOpen(/instance\.json\.new$/);
      const labels = { long: "x".repeat(60_000) };
      for (let id = 500; id < 600; id += 1) {
        await records.write(recordOf(id, { labels }));
      }
      await eventually(() => Promise.resolve(tried() > 0), "it was tried");
      await pause(300);
      assert.ok(tried() <= 200, `tried ${tried()} times`);
    });

    it("the file stay in the journal", async () => {
      const folder = await newFolder();
      const { records } = await open(folder);
      await Promise.all([500, 501].map((id) => records.write(recordOf(id))));
      const obstacle = `${records.pathOf(500)}.new`;
      await mkdir(obstacle, { recursive: true });
      await assertMccError(records.settle(), "unavailable", /500\/instance\.json cannot be used/);
      assert.deepEqual((await readdir(join(folder, "instances"))).sort(), ["500", "501", "journal"]);
      assert.match(await readFile(journalOf(folder), "utf8"), /^\{.*"id":500.*\n$/);
      await rm(obstacle, { recursive: true });
      await records.close();
      assert.deepEqual(await foundNext(folder), ["500 web-500", "501 web-501"]);
    });
  });
});
