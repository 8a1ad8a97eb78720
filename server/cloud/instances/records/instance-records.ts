import { join } from "node:path";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { NextRun } from "../../../support/concurrency/next-run";
import type { DamagedFiles } from "../../state/damaged-files";
import type { InstanceRecord } from "./record";
import { RecordFiles } from "./record-files";
import { RecordJournal } from "./record-journal";

/** How long no record may change before the latest ones get files of their own. Many an instance is gone by then. */
const quietMs = 5_000;
/** The length of the journal from which on that is not waited for: some thousand creates. */
const longJournalBytes = 4 * 1024 * 1024;
/** More would only wait for each other, and take processor time from what a client waits for. */
const filesAtOnce = 4;

/**
 * The records of one state folder's instances. A change is written to the journal first, `instances/journal`, which takes a
 * tenth of the time of a file. Once the records have been quiet for a while, and when the daemon ends, each one is in its own
 * file, `instances/<id>/instance.json`, and the journal is empty.
 */
export class InstanceRecords {
  readonly #files: RecordFiles;
  readonly #journal: RecordJournal;
  readonly #settlement = new NextRun(() => this.#settleAll());
  /** The files that are being written. */
  readonly #settling = new Map<number, Promise<void>>();
  #quiet: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
    private readonly log: Pick<Logger, "debug">,
  ) {
    const folder = join(stateFolder, "instances");
    this.#files = new RecordFiles(folder, damaged);
    this.#journal = new RecordJournal(join(folder, "journal"));
  }

  /**
   * Returns all records, by id. Sets damaged ones aside.
   *
   * @param known ids of instances that may have a folder without a record: their record is in their fleet's file, or the
   * engine has their container.
   */
  async all(known: ReadonlySet<number>): Promise<InstanceRecord[]> {
    const removed = await this.#journal.open(this.damaged);
    const recent = this.#journal.records();
    const filed = await this.#files.all(new Set([...known, ...recent.map(({ id }) => id)]));
    const byId = new Map([...filed, ...recent].map((record) => [record.id, record]));
    for (const id of [...removed].filter((each) => byId.delete(each))) {
      await this.#files.remove(id, { sync: true }).catch((error: unknown) => {
        this.log.debug(
          { instance: id, err: error },
          "the file of a removed record stays for the next daemon",
        );
      });
    }
    this.#waitForQuiet();
    return [...byId.values()].sort((one, other) => one.id - other.id);
  }

  /** Whether there is a record here. That of a fleet's member may be in the fleet's file only. */
  has(id: number): boolean {
    return this.#journal.record(id) !== undefined || this.#files.has(id);
  }

  /** @throws MccError that names the file system; the record is as before then. */
  async write(record: InstanceRecord): Promise<void> {
    await this.#journal.write(record);
    this.#waitForQuiet();
  }

  /** Removes a record and the folder of the instance. @param sync whether the removal must survive a power cut. */
  async remove(id: number, { sync }: { sync: boolean }): Promise<void> {
    await this.#journal.remove(id);
    await this.#settling.get(id);
    await this.#files.remove(id, { sync });
  }

  /** Moves away a record that belongs to another instance. @returns false if there is none. */
  async setAside(id: number, reason: string): Promise<boolean> {
    const recent = this.#journal.record(id);
    if (recent !== undefined) {
      await this.#settle(recent).catch(() => undefined);
      await this.#journal.remove(id);
    }
    return await this.#files.setAside(id, reason);
  }

  /** Writes all records to their own files. @throws the errors of the file system; those records stay in the journal. */
  async settle(): Promise<void> {
    await this.#settlement.request();
  }

  /** Leaves the records where they are. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#quiet);
  }

  /** Settles the records. @throws the errors of the file system; the next daemon reads the journal then. */
  async close(): Promise<void> {
    this.stop();
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

  #waitForQuiet(): void {
    if (this.#isStopped || this.#journal.bytes === 0) {
      return;
    }
    if (this.#journal.bytes > longJournalBytes && this.#settling.size === 0) {
      this.#settleLater();
    }
    if (this.#quiet === undefined) {
      this.#quiet = setTimeout(() => {
        this.#quiet = undefined;
        this.#settleLater();
      }, quietMs).unref();
    } else {
      this.#quiet.refresh();
    }
  }

  #settleLater(): void {
    this.#settlement.request().catch((error: unknown) => {
      this.log.debug({ err: error }, "records stay in the journal");
      this.#waitForQuiet();
    });
  }

  async #settleAll(): Promise<void> {
    const limit = pLimit(filesAtOnce);
    const results = await Promise.allSettled(
      this.#journal.unsettled().map((record) => limit(() => this.#settle(record))),
    );
    await this.#journal.shorten();
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  /** Writes a record to its own file, unless it was changed or removed in the meantime. */
  async #settle(record: InstanceRecord): Promise<void> {
    if (this.#journal.record(record.id) !== record) {
      return;
    }
    const writing = this.#files.write(record);
    this.#settling.set(
      record.id,
      writing.catch(() => undefined),
    );
    try {
      await writing;
      this.#journal.settle(record);
    } finally {
      this.#settling.delete(record.id);
    }
  }
}
