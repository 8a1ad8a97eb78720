import { NextRun } from "../../../support/concurrency/next-run";
import { Queue } from "../../../support/concurrency/turns";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import type { DamagedFiles } from "../../state/damaged-files";
import { JournalFile } from "./journal-file";
import { journalLine, readJournal, removedLine } from "./journal-lines";
import type { InstanceRecord } from "./record";

/** Many times of what it becomes: see `InstanceRecords`. */
const largestBytes = 256 * 1024 * 1024;

/** The latest state of a record in the journal. */
export interface JournalEntry {
  readonly record: InstanceRecord;
  /** The line of a removed record stays until the record's own file is gone. */
  readonly isRemoved: boolean;
}

interface Entry extends JournalEntry {
  /** Where its line begins, in bytes. */
  at: number;
  /** Whether the record is in a file of its own by now, or, after its removal, in none. */
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
  readonly #file: JournalFile;
  readonly #entries = new Map<number, Entry>();
  #waiting: Change[] = [];
  readonly #turns = new Queue();
  readonly #commits = new NextRun(() => this.#turns.take(() => this.#commit()));

  constructor(path: string) {
    this.#file = new JournalFile(path);
  }

  /** Reads what an earlier daemon left. Keeps the good lines of a damaged journal, and a copy of it aside. */
  async open(damaged: DamagedFiles): Promise<void> {
    const content = await damaged.readBytes(this.#file.path, { mostBytes: largestBytes });
    if (content === undefined) {
      return;
    }
    const { lines, removed, bytes, problems } = readJournal(content);
    lines.forEach((line, id) => this.#entries.set(id, { ...line, isRemoved: false, isSettled: false }));
    removed.forEach((line, id) => this.#entries.set(id, { ...line, isRemoved: true, isSettled: false }));
    if (problems.length > 0) {
      await damaged.keepCopy(this.#file.path, problems.join("; "));
    }
    // After a failure, the file stays as it is, and the next change writes it again.
    await this.#turns
      .take(() => (problems.length > 0 ? this.#rewrite(this.#all()) : this.#file.adopt(bytes)))
      .catch(() => undefined);
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  record(id: number): InstanceRecord | undefined {
    const entry = this.#entries.get(id);
    return entry?.isRemoved === false ? entry.record : undefined;
  }

  /** Returns the latest state of a record, also of one that was removed. */
  entry(id: number): JournalEntry | undefined {
    return this.#entries.get(id);
  }

  /** Returns the records that are in no file of their own, or in an older one, and the removed ones that can have a file. */
  unsettled(): JournalEntry[] {
    return this.#all().filter(({ isSettled }) => !isSettled);
  }

  /** @throws MccError of the file system; the record is as before then. */
  async write(record: InstanceRecord): Promise<void> {
    await this.#change({ id: record.id, record });
  }

  /** Removes a record, unless there is none. @throws MccError of the file system; the record is as before then. */
  async remove(id: number): Promise<void> {
    if (this.record(id) !== undefined) {
      await this.#change({ id, record: undefined });
    }
  }

  /** Notes that the record's own file is as this entry says, unless the record was changed since. */
  settle(entry: JournalEntry): void {
    const latest = this.#entries.get(entry.record.id);
    if (latest === entry) {
      latest.isSettled = true;
    }
  }

  /** Removes what is settled from the file. */
  async shorten(): Promise<void> {
    await this.#turns.take(async () => {
      const left = this.#all().filter(({ isSettled }) => !isSettled);
      if (left.length > 0) {
        await this.#rewrite(left);
      } else if (this.#entries.size > 0 || !this.#file.isEmpty) {
        await this.#empty();
      }
    });
  }

  #all(): Entry[] {
    return [...this.#entries.values()];
  }

  async #change(change: Change): Promise<void> {
    this.#waiting.push(change);
    await this.#commits.request();
    if (change.failure !== undefined) {
      throw asFileSystemFault(change.failure, this.#file.path);
    }
  }

  async #commit(): Promise<void> {
    const changes = this.#waiting;
    this.#waiting = [];
    if (changes.length === 0) {
      // The run before has taken them, after it had waited for its turn.
      return;
    }
    try {
      await this.#requireFile();
      await this.#apply(changes);
    } catch (error) {
      changes.forEach((change) => {
        change.failure = error;
      });
    }
  }

  /** Writes the file again if it is missing or has other content than this daemon left there. */
  async #requireFile(): Promise<void> {
    if (!this.#file.isAsLeft()) {
      await this.#rewrite(this.#all());
    }
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const removals = changes.flatMap(({ id, record }) =>
      record === undefined ? (this.#entries.get(id) ?? []) : [],
    );
    const records = changes.flatMap(({ record }) => record ?? []);
    const lines = records.map(journalLine);
    let at = this.bytes;
    const added = records.map((record, index): Entry => {
      const entry = { record, at, isRemoved: false, isSettled: false };
      at += lines[index]?.length ?? 0;
      return entry;
    });
    const marks = removals.map((entry) => entry.at);
    const { refusal } = await this.#file.change(marks, Buffer.concat(lines));
    removals.forEach((entry) =>
      this.#entries.set(entry.record.id, { ...entry, isRemoved: true, isSettled: false }),
    );
    if (refusal === undefined) {
      added.forEach((entry) => this.#entries.set(entry.record.id, entry));
    } else {
      changes
        .filter(({ record }) => record !== undefined)
        .forEach((change) => {
          change.failure = refusal;
        });
    }
  }

  /** Replaces the file by one with these entries, and forgets the others. */
  async #rewrite(entries: readonly Entry[]): Promise<void> {
    const lines = entries.map(({ record, isRemoved }) =>
      isRemoved ? removedLine(record) : journalLine(record),
    );
    await this.#file.replace(Buffer.concat(lines));
    this.#entries.clear();
    let at = 0;
    entries.forEach((entry, index) => {
      entry.at = at;
      at += lines[index]?.length ?? 0;
      this.#entries.set(entry.record.id, entry);
    });
  }

  async #empty(): Promise<void> {
    await this.#requireFile();
    await this.#file.empty();
    this.#entries.clear();
  }
}
