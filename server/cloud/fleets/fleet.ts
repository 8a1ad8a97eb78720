import type { Instance } from "../instances/instance";
import type { Claim } from "../ownership/claim";
import type { Claimable } from "../ownership/claims";
import type { LateWrites } from "../state/late-writes";
import { indexOf } from "./plan";
import type { FleetFile, FleetRecord, FleetRecords, FleetSpec } from "./record";

/** Where fleets keep their records. */
export interface FleetStore {
  readonly records: FleetRecords;
  readonly lateWrites: Pick<LateWrites, "attempt">;
}

/** A change of a fleet that is under way. */
export interface ChangeUnderWay {
  readonly spec: FleetSpec;
  /** Settles when the intent is recorded, or could not be. */
  readonly recorded: Promise<void>;
}

/**
 * One fleet in the daemon's memory: its record and the work on it. Only its own methods change its state. Its members are
 * in the catalog of instances.
 */
export class Fleet implements Claimable {
  #change: ChangeUnderWay | undefined;
  #outcome: Promise<void> = Promise.resolve();
  #destruction: Promise<number> | undefined;
  #failure: string | undefined;
  #isRemoved = false;

  /** Ends the change that is under way. */
  readonly abort = new AbortController();
  /** Replacements that are recorded, but not in the catalog of instances until their predecessors are gone. */
  readonly successors = new Set<Instance>();
  /** Members that the change under way destroys. */
  readonly leaving = new Set<Instance>();
  /** The present or last addresses of the members, by index. */
  readonly addresses = new Map<number, string>();

  constructor(
    private kept: FleetRecord,
    private readonly store: FleetStore,
    /** In any order. */
    private readonly listMembers: () => Instance[],
  ) {}

  get record(): FleetRecord {
    return this.kept;
  }

  get name(): string {
    return this.kept.name;
  }

  get wholeTitle(): string {
    return `Fleet "${this.name}"`;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.kept.spec.labels;
  }

  get destroyCommand(): string {
    return `mcc destroy-fleet ${this.name}`;
  }

  get change(): ChangeUnderWay | undefined {
    return this.#change;
  }

  /** Resolves when the last change has succeeded; rejects with its error otherwise. */
  get outcome(): Promise<void> {
    return this.#outcome;
  }

  /** The destroy that is under way: resolves to the number of members. */
  get destruction(): Promise<number> | undefined {
    return this.#destruction;
  }

  /** Why it could not be destroyed, which is tried again. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether its file is removed, or about to be: a late write must not bring it back. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /** Whether it is being destroyed, so that nothing else can be done with it. */
  get isLeaving(): boolean {
    return this.#failure !== undefined || this.#destruction !== undefined || this.kept.phase === "destroying";
  }

  /** In the order of their indices. */
  get members(): Instance[] {
    return this.listMembers().sort((one, other) => indexOf(one) - indexOf(other));
  }

  /** Returns the content of its file. */
  file(): FleetFile {
    const members = [...this.members, ...this.successors].map((member) =>
      this.leaving.has(member) ? { ...member.record, phase: "destroying" as const } : member.record,
    );
    return { ...this.kept, members };
  }

  /** Gives it another uid and owner in memory; the caller saves it. */
  pass(changes: Claim & { uid?: string }): void {
    this.kept = { ...this.kept, ...changes };
  }

  /**
   * Changes the record in memory at once, and then on disk.
   *
   * @param changes default: writes it as it is.
   * @param first what must be on disk before. Default: nothing.
   * @throws the errors of the write. What no other change has touched since is then as before.
   */
  async save(changes: Partial<FleetRecord> = {}, first: Promise<unknown> = Promise.resolve()): Promise<void> {
    const before: FleetRecord = this.kept;
    const keys = Object.keys(changes).filter((key): key is keyof FleetRecord => key in changes);
    this.kept = { ...this.kept, ...changes };
    try {
      await first;
      await this.store.records.save(this);
    } catch (error) {
      const own = keys.filter((key) => this.kept[key] === changes[key]);
      this.kept = { ...this.kept, ...Object.fromEntries(own.map((key) => [key, before[key]])) };
      throw error;
    }
  }

  /**
   * Starts a change; `outcome` tells how it ends.
   *
   * @param work waits for `recorded` itself.
   */
  begin(change: ChangeUnderWay, work: () => Promise<void>): void {
    this.#change = change;
    this.#outcome = work().finally(() => {
      this.#change = undefined;
    });
    // A failed change that no client waits for is no defect.
    this.#outcome.catch(() => undefined);
  }

  /**
   * Records that no change is under way any more, with all members as they are now.
   *
   * @throws the errors of the write; on disk the change is then still under way.
   */
  async settle(): Promise<void> {
    this.leaving.clear();
    await this.save({ phase: "settled", failure: undefined });
    this.members.forEach((member) => member.uncover());
  }

  /**
   * Works as `settle` does, after a change that failed. Where the file system refuses the file, it is written later: a
   * daemon that is killed before leaves the change under way on disk, and the next daemon settles it.
   *
   * @param error what clients see until the next change.
   * @param spec what the fleet should be from now on.
   */
  async settleFailed(error: Error, spec: FleetSpec = this.kept.spec): Promise<void> {
    this.leaving.clear();
    this.kept = { ...this.kept, phase: "settled", failure: error.message, spec };
    await this.#saveAnyway();
    this.members.forEach((member) => member.uncover());
  }

  /** Settles a change that an earlier daemon did not finish; clients that wait for the change get the error. */
  async settleCutOff(error: Error): Promise<void> {
    this.#outcome = Promise.reject(error);
    this.#outcome.catch(() => undefined);
    await this.settleFailed(error);
  }

  /** Destroys it, or joins the destroy that is under way. @param work returns the number of members. */
  async destroy(work: () => Promise<number>): Promise<number> {
    this.#destruction ??= work().finally(() => {
      this.#destruction = undefined;
    });
    return await this.#destruction;
  }

  /** Records that it is being destroyed, where the file system accepts that. */
  async markDestroying(): Promise<void> {
    this.members.forEach((member) => member.coverByFleet());
    this.kept = { ...this.kept, phase: "destroying" };
    await this.#saveAnyway();
  }

  /** Records that it could not be destroyed. */
  fail(message: string): void {
    this.#failure = message;
  }

  /** Removes its file. */
  async forget(): Promise<void> {
    this.#isRemoved = true;
    await this.store.records.remove(this.name);
  }

  async #saveAnyway(): Promise<void> {
    await this.store.lateWrites.attempt(`the record of fleet "${this.name}"`, () =>
      this.store.records.save(this),
    );
  }
}
