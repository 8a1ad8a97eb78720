import { MccError } from "../../../protocol/error";
import type { Instance, InstanceStatus } from "../../../protocol/methods/instance";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import type { Claim } from "../ownership/claim";
import type { Claimable } from "../ownership/claims";
import type { LateWrites } from "../state/late-writes";
import type { InstanceRecord, InstanceRecords } from "./record";

const lost = "The engine no longer lists its container; destroy the instance and make it again.";

/** One instance in the daemon's memory: its record, what the engine said of it last, and the work on it. */
export class ManagedInstance implements Claimable {
  running = false;
  /** Recorded as made, but the engine does not list it. */
  lost = false;
  /** What failed, and could not be undone yet or was kept for a look. */
  failure: string | undefined;
  /** While it gets ready: the rung it waits for, in words. */
  waitingFor: string | undefined;
  /** Settles when the creation has: what `instance.wait` waits for. */
  ready: Promise<void> = Promise.resolve();
  /** Marks the engine's container as made, though it does not run yet. */
  markMade: () => void = () => undefined;
  readonly made = new Promise<void>((resolve) => {
    this.markMade = resolve;
  });
  /** Shared by all who ask for it. */
  destruction: Promise<void> | undefined;
  /** Ends the creation, which then undoes itself. */
  readonly abort = new AbortController();
  /** Changes with every piece of work, so that an older look at the engine is known as such. */
  version = 0;
  #last: Promise<unknown> = Promise.resolve();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #forgotten = false;

  constructor(public record: InstanceRecord) {
    this.failure = record.phase === "failed" ? record.failure : undefined;
  }

  get id(): number {
    return this.record.id;
  }

  get status(): InstanceStatus {
    if (this.failure !== undefined || this.lost) {
      return "failed";
    }
    const byPhase = {
      creating: "pending",
      taking: "pending",
      destroying: "destroying",
      created: this.running ? "running" : "stopped",
      failed: "failed",
    } as const;
    return byPhase[this.record.phase];
  }

  /** On its way out: only to be destroyed. */
  get isLeaving(): boolean {
    return this.destruction !== undefined || this.record.phase === "destroying";
  }

  /** Whether commands can run in it: also in one that is kept for a look. */
  get runsCommands(): boolean {
    return this.status === "running" || (this.record.phase === "failed" && this.running && !this.lost);
  }

  /** `501 (web)`, for messages. */
  get title(): string {
    return `${this.record.id} (${this.record.name})`;
  }

  get wholeTitle(): string {
    return `Instance ${this.title}`;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.record.labels;
  }

  get destroyCommand(): string {
    return `mcc destroy-instance ${this.id}`;
  }

  /** Gives it another uid and owner, at once; to be amended on disk. */
  pass(changes: Claim & { uid: string }): void {
    this.record = { ...this.record, ...changes };
  }

  /** Pieces of work on one instance go one after the other. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      this.version += 1;
      try {
        return await work();
      } finally {
        this.version += 1;
      }
    });
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  /**
   * Changes the record on disk and then here. Changes are written one after the other, each on top of the one before,
   * so that one which does not wait for its turn loses nothing of the work under way, and that nothing of it.
   *
   * @throws MccError `not-found` once the record was removed; what else the writing fails with.
   */
  async amend(
    records: Pick<InstanceRecords, "write">,
    change: (record: InstanceRecord) => InstanceRecord,
  ): Promise<void> {
    await this.#write(async () => {
      if (this.#forgotten) {
        throw new MccError("not-found", `Instance ${this.title} is gone.`);
      }
      await records.write(change(this.record));
      // What is kept in memory alone may have changed since.
      this.record = change(this.record);
    });
  }

  /**
   * As `amend`, for work that must not wait for room: where the file system refuses the record, the change is made here
   * at once, and on disk when it can be written.
   */
  async amendAnyway(
    records: Pick<InstanceRecords, "write">,
    lateWrites: Pick<LateWrites, "later">,
    change: (record: InstanceRecord) => InstanceRecord,
  ): Promise<void> {
    try {
      await this.amend(records, change);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.record = change(this.record);
      lateWrites.later(`the record of instance ${this.id}`, error, async () => {
        if (!this.#forgotten) {
          await this.amend(records, (record) => record);
        }
      });
    }
  }

  /** Removes the record from disk, after what is being written of it. */
  async forget(records: Pick<InstanceRecords, "remove">): Promise<void> {
    await this.#write(async () => {
      await records.remove(this.id);
      this.#forgotten = true;
    });
  }

  async #write(work: () => Promise<void>): Promise<void> {
    const writing = this.#lastWrite.then(work);
    this.#lastWrite = writing.catch(() => undefined);
    await writing;
  }

  /** As it travels, without how long it lives. */
  describe(simulated: boolean): Instance {
    const { id, uid, name, ipAddress, hostname, image, type, keys, labels, createdAt, sshHostKey, fleet } =
      this.record;
    const { owner } = this.record;
    const { waitingFor } = this;
    const failure = this.failure ?? (this.lost ? lost : undefined);
    return {
      ...{ id, uid, name, status: this.status, ipAddress, hostname, image, type, keys, labels },
      ...{ createdAt, sshHostKey, simulated },
      ...(failure === undefined ? {} : { failure }),
      ...(waitingFor === undefined ? {} : { waitingFor }),
      ...(fleet === undefined ? {} : { fleet }),
      ...(owner === undefined ? {} : { owner }),
    };
  }
}
