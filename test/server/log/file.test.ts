import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { LogFile, type LogFileOptions } from "../../../server/log/file";
import { LogSink } from "../../../server/log/sink";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { perTest } from "../../support/per-test";
import { eventually } from "../../support/time/eventually";

interface TestLog {
  readonly path: string;
  readonly troubles: string[];
  readonly open: (options?: Partial<LogFileOptions>) => Promise<{ file: LogFile; sink: LogSink }>;
  readonly close: () => Promise<void>;
}

describe("the log file", () => {
  const newFolder = temporaryFolders();
  const test = perTest(makeLog, ({ close }) => close());

  async function makeLog(): Promise<TestLog> {
    const path = join(await newFolder(), "log");
    const troubles: string[] = [];
    const files: LogFile[] = [];
    return {
      path,
      troubles,
      open: async (options = {}) => {
        const all = { path, maxBytes: 10, oldFiles: 2, ...options };
        const file = await LogFile.open(all, (trouble) => troubles.push(trouble));
        files.push(file);
        return { file, sink: new LogSink(file, { noteOf: (dropped) => `${dropped} dropped\n` }) };
      },
      close: () => {
        files.forEach((file) => file.close());
        return Promise.resolve();
      },
    };
  }

  /** Returns the contents of the files, the latest first. */
  async function contents(path: string): Promise<string[]> {
    const paths = [path, `${path}.1`, `${path}.2`, `${path}.3`].filter((each) => existsSync(each));
    return await Promise.all(paths.map((each) => readFile(each, "utf8")));
  }

  it("is rotated at its maximal size, and keeps old files", async () => {
    const { path, open, troubles } = test();
    const { sink } = await open();
    for (const line of ["one", "two", "three", "four", "five", "six", "seven"]) {
      sink.write(`${line}\n`);
    }
    assert.deepEqual(await contents(path), ["six\nseven\n", "four\nfive\n", "three\n"]);
    assert.deepEqual(troubles, []);
    for (const each of [path, `${path}.1`, `${path}.2`]) {
      assert.equal((await stat(each)).mode & 0o777, 0o600);
    }
  });

  it("counts its earlier contents", async () => {
    const { path, open } = test();
    await writeFile(path, "earlier\n");
    (await open()).sink.write("one\n");
    assert.deepEqual(await contents(path), ["one\n", "earlier\n"]);
  });

  it("has no limit with the size 0, and no empty old file before a long line", async () => {
    const { path, open } = test();
    (await open({ maxBytes: 0 })).sink.write("longer than ten bytes\n");
    assert.deepEqual(await contents(path), ["longer than ten bytes\n"]);
  });

  it("is not rotated after another program has emptied it", async () => {
    const { path, open } = test();
    const { sink } = await open();
    sink.write("first line\n");
    await truncate(path);
    sink.write("two\n");
    assert.deepEqual(await contents(path), ["two\n"]);
  });

  it("stays in its place if it cannot be rotated, and reports it once", async () => {
    const { path, open, troubles } = test();
    await mkdir(`${path}.1`);
    const { sink } = await open({ oldFiles: 1 });
    for (const line of ["first line", "second line", "third line"]) {
      sink.write(`${line}\n`);
    }
    assert.equal(await readFile(path, "utf8"), "first line\nsecond line\nthird line\n");
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? "", /log could not be rotated and grows: EISDIR/);
  });

  it("never writes through a link in the place of the next file", async () => {
    const { path, open } = test();
    const victim = join(await newFolder(), "victim");
    await writeFile(victim, "victim");
    const { sink } = await open({ oldFiles: 1 });
    await symlink(victim, `${path}.1`);
    sink.write("first line\n");
    sink.write("second line\n");
    assert.deepEqual(await contents(path), ["second line\n", "first line\n"]);
    assert.equal(await readFile(victim, "utf8"), "victim");
  });

  it("is found through an operator's link, and rotated in its own folder", async () => {
    const { path, open } = test();
    const real = join(await newFolder(), "real");
    await symlink(real, path);
    const { sink } = await open();
    sink.write("first line\n");
    sink.write("second line\n");
    assert.deepEqual(await contents(real), ["second line\n", "first line\n"]);
    assert.ok(!existsSync(`${path}.1`));
  });

  it("continues in a new file after it was moved away and opened again", async () => {
    const { path, open } = test();
    const { file, sink } = await open();
    sink.write("one\n");
    await rename(path, `${path}.moved`);
    sink.write("two\n");
    await Promise.all([file.reopen(), file.reopen()]);
    sink.write("three\n");
    assert.equal(await readFile(`${path}.moved`, "utf8"), "one\ntwo\n");
    assert.equal(await readFile(path, "utf8"), "three\n");
  });

  it("notices at its limit that it was moved away", async () => {
    const { path, open } = test();
    const { sink } = await open();
    sink.write("first line\n");
    await rename(path, `${path}.moved`);
    sink.write("second line\n");
    await eventually(() => existsSync(path), "it is opened again");
    assert.deepEqual(await contents(path), [""]);
    assert.equal(await readFile(`${path}.moved`, "utf8"), "first line\nsecond line\n");
  });

  it("continues in the old file if it cannot be opened again", async () => {
    const { path, open, troubles } = test();
    const { file, sink } = await open();
    await rename(path, `${path}.moved`);
    await mkdir(path);
    await file.reopen();
    sink.write("one\n");
    assert.equal(await readFile(`${path}.moved`, "utf8"), "one\n");
    assert.match(troubles[0] ?? "", /log could not be opened again: EISDIR/);
  });

  it("is refused in a folder in which every user can create files", async () => {
    const folder = await newFolder();
    await chmod(folder, 0o777);
    await assert.rejects(test().open({ path: join(folder, "log") }), /Everyone may write to .*--log-file\.$/);
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
});
