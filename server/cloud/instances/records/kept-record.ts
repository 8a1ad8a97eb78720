import { MccError } from "../../../../protocol/error";
import { Queue } from "../../../support/concurrency/turns";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import type { LateWrites } from "../../state/late-writes";
import type { InstanceRecords } from "./instance-records";
import type { InstanceRecord } from "./record";

/** Where an instance keeps its record. */
export interface RecordStore {
  readonly records: Pick<InstanceRecords, "write" | "remove" | "has">;
  readonly lateWrites: Pick<LateWrites, "later">;
}

type Change = (record: InstanceRecord) => InstanceRecord;

/**
 * The record of one instance, in memory and on disk. Changes are written one after the other, each on top of the one
 * before. A change that does not wait for the instance's turn therefore loses nothing of the work under way.
 */
export class KeptRecord {
  readonly #writes = new Queue();
  #isForgotten = false;
  #isCovered = false;

  constructor(
    private record: InstanceRecord,
    private readonly store: RecordStore,
  ) {}

  get current(): InstanceRecord {
    return this.record;
  }

  /** Changes the record in memory only, until the next `save`. */
  set(changes: Partial<InstanceRecord>): void {
    this.record = { ...this.record, ...changes };
  }

  /**
   * Declares that the file of the instance's fleet has the record: it was written before the work on the members began,
   * and is written again after it. Until `uncover`, an instance without a record of its own gets none.
   */
  cover(): void {
    this.#isCovered = true;
  }

  uncover(): void {
    this.#isCovered = false;
  }

  /** Removes its own record, because a newer one is in the file of the instance's fleet. */
  async leaveToFleet(): Promise<void> {
    await this.#writes.take(() => this.store.records.remove(this.record.id, { sync: false }));
  }

  /**
   * Changes the record on disk and then in memory.
   *
   * @param change default: writes it as it is.
   * @throws MccError `not-found` once the record was removed; the errors of the write.
   */
  async save(change: Change = (record) => record): Promise<void> {
    await this.#writes.take(async () => {
      if (this.#isForgotten) {
        throw new MccError("not-found", `Instance ${this.record.id} (${this.record.name}) is gone.`);
      }
      if (this.#needsOwnRecord()) {
        await this.store.records.write(change(this.record));
      }
      // The record in memory may have changed during the write.
      this.record = change(this.record);
    });
  }

  /**
   * Works as `save` does, for changes that must not wait for free space. Where the file system refuses the write, the
   * record is changed in memory at once, and on disk when that becomes possible.
   */
  async saveAnyway(change: Change): Promise<void> {
    try {
      await this.save(change);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.record = change(this.record);
      this.store.lateWrites.later(`the record of instance ${this.record.id}`, error, async () => {
        if (!this.#isForgotten) {
          await this.save();
        }
      });
    }
  }

  /** Removes the record from disk, after the writes that were asked for before. */
  async forget(): Promise<void> {
    await this.#writes.take(async () => {
      await this.store.records.remove(this.record.id, { sync: this.#needsOwnRecord() });
      this.#isForgotten = true;
    });
  }

  #needsOwnRecord(): boolean {
    return !this.#isCovered || this.store.records.has(this.record.id);
  }
}
