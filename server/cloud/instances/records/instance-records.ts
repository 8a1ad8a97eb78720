import { join } from "node:path";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { NextRun } from "../../../support/concurrency/next-run";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import type { DamagedFiles } from "../../state/damaged-files";
import type { InstanceRecord } from "./record";
import { RecordFiles } from "./record-files";
import { type JournalEntry, RecordJournal } from "./record-journal";
import { SettlementTimes } from "./settlement-times";

/** More would only wait for each other, and take processor time from what a client waits for. */
const filesAtOnce = 4;

/**
 * The records of one state folder's instances. A change is written to the journal first, `instances/journal`, which takes a
 * tenth of the time of a file. Once the records have been quiet for a while, and when the daemon ends, each one is in its own
 * file, `instances/<id>/instance.json`, and the journal is empty.
 *
 * Changes of one record must come one after the other: see `KeptRecord`.
 */
export class InstanceRecords {
  readonly #folder: string;
  readonly #files: RecordFiles;
  readonly #journal: RecordJournal;
  readonly #settlement = new NextRun(() => this.#settleAll());
  /** The files that are being written or removed. */
  readonly #settling = new Map<number, Promise<void>>();
  readonly #times: SettlementTimes;

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
    private readonly log: Pick<Logger, "debug">,
  ) {
    this.#folder = join(stateFolder, "instances");
    this.#files = new RecordFiles(this.#folder, damaged);
    this.#journal = new RecordJournal(join(this.#folder, "journal"));
    this.#times = new SettlementTimes({ settle: () => this.settle(), bytes: () => this.#journal.bytes }, log);
  }

  /**
   * Returns all records, by id. Sets damaged ones aside.
   *
   * @param known ids of instances that may have a folder without a record: their record is in their fleet's file, or the
   * engine has their container.
   */
  async all(known: ReadonlySet<number>): Promise<InstanceRecord[]> {
    await this.damaged.requireFolder(this.#folder);
    await this.#journal.open(this.damaged);
    const latest = this.#journal.unsettled();
    const recent = latest.filter(({ isRemoved }) => !isRemoved).map(({ record }) => record);
    const removed = latest.filter(({ isRemoved }) => isRemoved);
    const filed = await this.#files.all(new Set([...known, ...recent.map(({ id }) => id)]));
    const byId = new Map([...filed, ...recent].map((record) => [record.id, record]));
    removed.forEach(({ record }) => byId.delete(record.id));
    await Promise.all(
      removed.map((entry) =>
        this.#settle(entry).catch((error: unknown) => {
          this.log.debug({ instance: entry.record.id, err: error }, "the file of a removed record stays");
        }),
      ),
    );
    if (latest.length > 0) {
      this.#times.noteChange();
    }
    return [...byId.values()].sort((one, other) => one.id - other.id);
  }

  /** Whether there is a record here. That of a fleet's member may be in the fleet's file only. */
  has(id: number): boolean {
    return this.#journal.record(id) !== undefined || this.#files.has(id);
  }

  /** @throws MccError that names the file system; the record is as before then. */
  async write(record: InstanceRecord): Promise<void> {
    try {
      await this.#journal.write(record);
    } finally {
      this.#times.noteChange();
    }
  }

  /** Removes a record and the folder of the instance. @param sync whether the removal must survive a power cut. */
  async remove(id: number, { sync }: { sync: boolean }): Promise<void> {
    try {
      await this.#journal.remove(id);
      await this.#settling.get(id);
      await this.#files.remove(id, { sync });
      this.#settleRemoval(id);
    } finally {
      this.#times.noteChange();
    }
  }

  /** Moves away a record that belongs to another instance. @returns false if there is none. */
  async setAside(id: number, reason: string): Promise<boolean> {
    const entry = this.#journal.entry(id);
    if (entry?.isRemoved === false) {
      await this.#settle(entry).catch(() => undefined);
      await this.#journal.remove(id).catch((error: unknown) => {
        if (!isFileSystemFault(error)) {
          throw error;
        }
        this.log.debug({ instance: id, err: error }, "the record stays for the next daemon");
      });
    }
    const isThere = await this.#files.setAside(id, reason);
    this.#settleRemoval(id);
    return isThere;
  }

  /** Writes all records to their own files. @throws the errors of the file system; those records stay in the journal. */
  async settle(): Promise<void> {
    await this.#settlement.request();
  }

  /** Leaves the records where they are, once what is being written is complete. */
  async stop(): Promise<void> {
    await this.#times.stop();
  }

  /** Settles the records. @throws the errors of the file system; the next daemon reads the journal then. */
  async close(): Promise<void> {
    await this.stop();
    await this.settle();
  }

  /** Returns the path of a record's own file. */
  pathOf(id: number): string {
    return this.#files.pathOf(id);
  }

  /** Returns the folder of an instance, which exists only while there is something in it. */
  folderOf(id: number): string {
    return this.#files.folderOf(id);
  }

  async #settleAll(): Promise<void> {
    const limit = pLimit(filesAtOnce);
    const results = await Promise.allSettled(
      this.#journal.unsettled().map((entry) => limit(() => this.#settle(entry))),
    );
    await this.#journal.shorten();
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  /** Writes a record to its own file, or removes that of a removed one, unless it was changed in the meantime. */
  async #settle(entry: JournalEntry): Promise<void> {
    const { record, isRemoved } = entry;
    if (this.#journal.entry(record.id) !== entry) {
      return;
    }
    const work = isRemoved ? this.#files.finishRemoval(record.id) : this.#files.write(record);
    this.#settling.set(
      record.id,
      work.catch(() => undefined),
    );
    try {
      await work;
      this.#journal.settle(entry);
    } finally {
      this.#settling.delete(record.id);
    }
  }

  #settleRemoval(id: number): void {
    const entry = this.#journal.entry(id);
    if (entry?.isRemoved === true) {
      this.#journal.settle(entry);
    }
  }
}
