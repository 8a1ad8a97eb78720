import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditEntry } from "../../../protocol/methods/audit";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { AuditLog } from "../../../server/audit/audit-log";
import { captureLog } from "../../support/captured-log";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { eventually } from "../../support/time/eventually";

const all: ParsedParameters<"audit.list"> = { failed: false, limit: 100 };

describe("the audit log", () => {
  const newFolder = temporaryFolders();
  const open: AuditLog[] = [];
  afterEach(() => open.splice(0).forEach((each) => each.close()));

  async function opened(folder?: string): Promise<{ audit: AuditLog; path: string }> {
    const stateFolder = folder ?? (await newFolder());
    const audit = await AuditLog.open(stateFolder, captureLog().log);
    open.push(audit);
    return { audit, path: join(stateFolder, "audit.log") };
  }

  function entry(minute: number, overrides: Partial<AuditEntry> = {}): AuditEntry {
    const time = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const rest = {
      account: "ann",
      role: "user",
      from: "127.0.0.1",
      subject: {},
      result: "ok",
      ms: 3,
    } as const;
    return { time, method: "instance.create", ...rest, ...overrides };
  }

  it("has one line of JSON for each entry, which only its user can read, also after a restart", async () => {
    const { audit, path } = await opened();
    audit.record(entry(1, { subject: { instance: 500, name: "web" } }));
    audit.record(entry(2));
    assert.deepEqual(await audit.list(all), [
      entry(1, { subject: { instance: 500, name: "web" } }),
      entry(2),
    ]);
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      await audit.list(all),
    );
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const next = await opened(join(path, ".."));
    next.audit.record(entry(3));
    assert.equal((await next.audit.list(all)).length, 3);
  });

  it("is read in pieces, so that other calls are answered in between", async () => {
    const { audit, path } = await opened();
    const lines = 20_000;
    await writeFile(path, `${JSON.stringify(entry(1))}\n`.repeat(lines));
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    const found = await audit.list({ ...all, limit: 1 });
    clearInterval(counting);
    assert.equal(found.length, 1);
    const pieces = (await stat(path)).size / (64 * 1024);
    assert.ok(turns >= pieces / 2, `${turns} turns of the event loop for ${pieces} pieces of 64 KiB`);
  });

  it("finds entries by account, method, subject, result and time, the latest ones", async () => {
    const { audit } = await opened();
    const rows = [
      entry(1, { subject: { instance: 500, name: "web" } }),
      entry(2, {
        account: "bob",
        method: "instance.destroy",
        subject: { instance: "web" },
        result: "forbidden",
      }),
      entry(3, { account: "bob", method: "key.add", subject: { name: "bob" } }),
      entry(4, { account: undefined, role: undefined, method: "fleet.destroy", subject: { fleet: "web" } }),
    ];
    rows.forEach((row) => audit.record(row));
    const found = async (filter: Partial<typeof all>): Promise<number[]> =>
      (await audit.list({ ...all, ...filter })).map(({ time }) => new Date(time).getUTCMinutes());
    assert.deepEqual(await found({ account: "bob" }), [2, 3]);
    assert.deepEqual(await found({ method: "instance" }), [1, 2]);
    assert.deepEqual(await found({ method: "instance.create" }), [1]);
    assert.deepEqual(await found({ method: "inst" }), []);
    assert.deepEqual(await found({ subject: "web" }), [1, 2, 4]);
    assert.deepEqual(await found({ subject: "500" }), [1]);
    assert.deepEqual(await found({ failed: true }), [2]);
    assert.deepEqual(await found({ since: entry(1).time, until: entry(4).time }), [2, 3]);
    assert.deepEqual(await found({ limit: 2 }), [3, 4]);
  });

  it("reads rotated files too, and leaves out damaged lines", async () => {
    const { audit, path } = await opened();
    audit.record(entry(5));
    await writeFile(`${path}.2`, `${JSON.stringify(entry(1))}\n${JSON.stringify(entry(2))}\n`);
    await writeFile(
      `${path}.1`,
      `not JSON\n${JSON.stringify(entry(3))}\n{"time":"x"}\n${JSON.stringify(entry(4))}\n`,
    );
    await appendFile(path, '{"time":"2026-01-01T');
    const minutes = async (limit: number): Promise<number[]> =>
      (await audit.list({ ...all, limit })).map(({ time }) => new Date(time).getUTCMinutes());
    assert.deepEqual(await minutes(100), [1, 2, 3, 4, 5]);
    assert.deepEqual(await minutes(4), [2, 3, 4, 5]);
  });

  it("goes on in a new file after an operator has moved it away", async () => {
    const { audit, path } = await opened();
    audit.record(entry(1));
    await rename(path, `${path}.1`);
    await audit.reopen();
    audit.record(entry(2));
    assert.match(await readFile(path, "utf8"), /^\{[^\n]*\n$/);
    assert.equal((await audit.list(all)).length, 2);
  });

  it("counts the entries that could not be written, and records their number", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "audit.log"));
    const { audit, path } = await opened(folder);
    audit.record(entry(1));
    audit.record(entry(2));
    await rmdir(path);
    await eventually(async () => (await audit.list(all)).length > 0, "it is written again");
    const [note] = await audit.list(all);
    assert.deepEqual(
      [note?.method, note?.subject, note?.result],
      ["audit.drop", { count: 2 }, "unavailable"],
    );
  });
});
