import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import { NextRun } from "../../../support/concurrency/next-run";
import { Queue } from "../../../support/concurrency/turns";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { quietly, replaceBy } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import { syncData, syncFolder } from "../../../support/files/sync";
import type { DamagedFiles } from "../../state/damaged-files";
import { countsMark, type JournalLine, journalLine, readJournal, removedMark } from "./journal-lines";
import type { InstanceRecord } from "./record";

/** Many times of what it becomes: see `InstanceRecords`. */
const largestBytes = 256 * 1024 * 1024;
/** What can be in the place of the file if it was moved. It is then written again. */
const movedErrors = ["ENOENT", "ELOOP", "EISDIR", "ENXIO"];

interface Entry extends JournalLine {
  /** Whether the record is in a file of its own by now. */
  isSettled: boolean;
}

/** A write, or without a record a removal, that waits for the next commit. */
interface Change {
  readonly id: number;
  readonly record: InstanceRecord | undefined;
  failure?: unknown;
}

/**
 * The latest changes of records, one line each in one file. Changes that come together are synced together, and make no file.
 * A commit writes all of them or none, except that removals succeed without space.
 */
export class RecordJournal {
  readonly #entries = new Map<number, Entry>();
  /** The file as this daemon left it. Only the daemon writes there. */
  #file: { readonly inode: number; readonly bytes: number } | undefined;
  #waiting: Change[] = [];
  readonly #turns = new Queue();
  readonly #commits = new NextRun(() => this.#turns.take(() => this.#commit()));

  constructor(private readonly path: string) {}

  /**
   * Reads what an earlier daemon left. Sets a damaged journal aside, and keeps its good lines.
   *
   * @returns ids of records that were removed, of which a file can be left.
   */
  async open(damaged: DamagedFiles): Promise<ReadonlySet<number>> {
    const content = await damaged.readBytes(this.path, { mostBytes: largestBytes });
    if (content === undefined) {
      return new Set();
    }
    const { lines, removed, bytes, problems } = readJournal(content);
    lines.forEach((line, id) => this.#entries.set(id, { ...line, isSettled: false }));
    if (problems.length > 0) {
      await damaged.setAside(this.path, problems.join("; "));
      await this.#turns.take(() => this.#rewrite([...this.#entries.values()])).catch(() => undefined);
    } else {
      quietly(() => this.#adopt(bytes));
    }
    return removed;
  }

  get bytes(): number {
    return this.#file?.bytes ?? 0;
  }

  record(id: number): InstanceRecord | undefined {
    return this.#entries.get(id)?.record;
  }

  records(): InstanceRecord[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  /** Returns the records that are in no file of their own, or in an older one. */
  unsettled(): InstanceRecord[] {
    return [...this.#entries.values()].filter(({ isSettled }) => !isSettled).map(({ record }) => record);
  }

  /** @throws MccError of the file system; the record is as before then. */
  async write(record: InstanceRecord): Promise<void> {
    await this.#change({ id: record.id, record });
  }

  /** Removes a record, unless there is none. @throws MccError of the file system; the record is as before then. */
  async remove(id: number): Promise<void> {
    if (this.#entries.has(id)) {
      await this.#change({ id, record: undefined });
    }
  }

  /** Notes that this record is in a file of its own, unless it was changed since. */
  settle(record: InstanceRecord): void {
    const entry = this.#entries.get(record.id);
    if (entry?.record === record) {
      entry.isSettled = true;
    }
  }

  /** Removes what is settled or removed from the file. */
  async shorten(): Promise<void> {
    await this.#turns.take(async () => {
      const left = [...this.#entries.values()].filter(({ isSettled }) => !isSettled);
      if (left.length > 0) {
        await this.#rewrite(left);
      } else if (this.bytes > 0) {
        await this.#empty();
      }
    });
  }

  async #change(change: Change): Promise<void> {
    this.#waiting.push(change);
    await this.#commits.request();
    if (change.failure !== undefined) {
      throw asFileSystemFault(change.failure, this.path);
    }
  }

  async #commit(): Promise<void> {
    const changes = this.#waiting;
    this.#waiting = [];
    try {
      const descriptor = await this.#openFile();
      try {
        await this.#apply(descriptor, changes);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      changes.forEach((change) => {
        change.failure = error;
      });
    }
  }

  /** Opens the file as this daemon left it. One that is missing or has other content is written again. */
  async #openFile(): Promise<number> {
    const descriptor = this.#file && openAsLeft(this.path, this.#file);
    if (descriptor !== undefined) {
      return descriptor;
    }
    await this.#rewrite([...this.#entries.values()]);
    return openSync(this.path, constants.O_RDWR | constants.O_NOFOLLOW);
  }

  async #apply(descriptor: number, changes: readonly Change[]): Promise<void> {
    const begin = this.bytes;
    const removals = changes.flatMap(({ id, record }) =>
      record === undefined ? (this.#entries.get(id) ?? []) : [],
    );
    let added: JournalLine[] = [];
    let bytes = begin;
    try {
      removals.forEach(({ at }) => writeSync(descriptor, removedMark, at));
      try {
        ({ added, bytes } = append(descriptor, changes, begin));
      } catch (error) {
        // The removals need no space.
        ftruncateSync(descriptor, begin);
        changes
          .filter(({ record }) => record !== undefined)
          .forEach((change) => {
            change.failure = error;
          });
      }
      await syncData(descriptor);
    } catch (error) {
      // The callers go on with the records as they were, and the next daemon must not read others.
      quietly(() => removals.forEach(({ at }) => writeSync(descriptor, countsMark, at)));
      quietly(() => ftruncateSync(descriptor, begin));
      throw error;
    }
    removals.forEach(({ record }) => this.#entries.delete(record.id));
    added.forEach((line) => this.#entries.set(line.record.id, { ...line, isSettled: false }));
    this.#file = { inode: this.#file?.inode ?? 0, bytes };
  }

  /** Replaces the file by one with these records. */
  async #rewrite(entries: readonly Entry[]): Promise<void> {
    const folder = dirname(this.path);
    await ensureFolder(folder, 0o700);
    const lines = entries.map(({ record }) => journalLine(record));
    let inode = 0;
    await replaceBy(this.path, 0o600, async (descriptor) => {
      writeFileSync(descriptor, Buffer.concat(lines));
      await syncData(descriptor);
      inode = fstatSync(descriptor).ino;
    });
    await syncFolder(folder);
    let at = 0;
    this.#entries.clear();
    entries.forEach(({ record, isSettled }, index) => {
      this.#entries.set(record.id, { record, isSettled, at });
      at += lines[index]?.length ?? 0;
    });
    this.#file = { inode, bytes: at };
  }

  async #empty(): Promise<void> {
    const descriptor = await this.#openFile();
    try {
      ftruncateSync(descriptor, 0);
      await syncData(descriptor);
    } finally {
      closeSync(descriptor);
    }
    this.#entries.clear();
    this.#file = { inode: this.#file?.inode ?? 0, bytes: 0 };
  }

  /** Takes over the file of an earlier daemon, without a line that was being written. */
  #adopt(bytes: number): void {
    const descriptor = openSync(this.path, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      ftruncateSync(descriptor, bytes);
      this.#file = { inode: fstatSync(descriptor).ino, bytes };
    } finally {
      closeSync(descriptor);
    }
  }
}

/** @returns undefined if the file is missing, or is not as the daemon left it. */
function openAsLeft(path: string, { inode, bytes }: { inode: number; bytes: number }): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasErrno(error, ...movedErrors)) {
      return undefined;
    }
    throw error;
  }
  const { ino, size } = fstatSync(descriptor);
  if (ino === inode && size === bytes) {
    return descriptor;
  }
  closeSync(descriptor);
  return undefined;
}

/** Writes the records behind the end of the file. @returns their lines, and the new end. */
function append(
  descriptor: number,
  changes: readonly Change[],
  end: number,
): { added: JournalLine[]; bytes: number } {
  const added: JournalLine[] = [];
  const lines: Buffer[] = [];
  let bytes = end;
  for (const { record } of changes) {
    if (record !== undefined) {
      const line = journalLine(record);
      lines.push(line);
      added.push({ record, at: bytes });
      bytes += line.length;
    }
  }
  const text = Buffer.concat(lines);
  // One write can be short, for example where the last of the space is used up.
  for (let written = 0; written < text.length; ) {
    written += writeSync(descriptor, text, written, text.length - written, end + written);
  }
  return { added, bytes };
}
