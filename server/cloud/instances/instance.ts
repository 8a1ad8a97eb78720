import { MccError } from "../../../protocol/error";
import type { InstanceStatus } from "../../../protocol/methods/instance";
import type { Container } from "../../driver/driver";
import { Queue } from "../../support/concurrency/turns";
import type { Claim } from "../ownership/claim";
import type { Claimable } from "../ownership/claims";
import type { Failure, Outcome } from "./outcome";
import { KeptRecord, type RecordStore } from "./records/kept-record";
import type { InstanceRecord } from "./records/record";

/**
 * One instance in the daemon's memory: its record, what the engine said of it last, and the work on it. Only its own
 * methods change its state.
 */
export class Instance implements Claimable {
  readonly #record: KeptRecord;
  #running = false;
  #isLost = false;
  #isUnreachable = false;
  #failure: Failure | undefined;
  #waitingFor: string | undefined;
  #nextType: string | undefined;
  #ready: Promise<void> = Promise.resolve();
  #markMade: () => void = () => undefined;
  #destruction: Promise<void> | undefined;
  /** Changes with every piece of work, so that an older list of the engine's is known as such. */
  #version = 0;
  readonly #work = new Queue();
  /** How many processes the kernel has killed since the start, with this type, because memory was used up. */
  #memoryKills: { readonly kills: number; readonly type: string } | undefined;

  /** Resolves once the engine has created the container, which does not run yet. */
  readonly made = new Promise<void>((resolve) => {
    this.#markMade = resolve;
  });
  /** Ends the creation, which then undoes itself. */
  readonly abort = new AbortController();

  constructor(record: InstanceRecord, store: RecordStore) {
    this.#record = new KeptRecord(record, store);
    if (record.phase === "failed") {
      // The record does not tell whether the reason quotes the output of a program in the instance.
      const error = new MccError("conflict", record.failure ?? "Its creation failed.", {
        confidential: true,
      });
      this.create(() => Promise.resolve({ kind: "kept", error }));
      this.fail({ kind: "kept", error });
    }
  }

  get record(): InstanceRecord {
    return this.#record.current;
  }

  get id(): number {
    return this.record.id;
  }

  /** Whether the engine said so last. */
  get running(): boolean {
    return this.#running;
  }

  /** Whether the engine does not list it, although it is recorded as created. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Why its creation or its destroy failed, while parts of it are left. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** While it is stopped: why its last start failed, as after a reboot of the host. */
  get startFailure(): string | undefined {
    return this.status === "stopped" ? this.record.failure : undefined;
  }

  /** In words, that it ran out of memory since its last start, with the type that it has. */
  get outOfMemory(): string | undefined {
    const { type } = this.record;
    const seen = this.#memoryKills;
    return seen?.type !== type
      ? undefined
      : `It ran out of memory: the kernel killed ${seen.kills === 1 ? "one" : seen.kills} of its processes; use a larger type than "${type}", or less memory.`;
  }

  /** While it gets ready: the rung that it waits for, for users. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** While its type is changed: the type that it gets. */
  get nextType(): string | undefined {
    return this.#nextType;
  }

  /** Resolves when its creation has succeeded; rejects with the MccError of one that failed. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get status(): InstanceStatus {
    if (this.#isUnreachable) {
      return "unreachable";
    }
    return this.#ownStatus;
  }

  /**
   * The status for clients that do not know `unreachable`. It is never `destroying`, which some take for gone, and `failed`
   * only if the daemon destroys it later.
   */
  get earlierStatus(): InstanceStatus {
    return this.#isUnreachable && this.record.phase !== "created" ? "failed" : this.#ownStatus;
  }

  get #ownStatus(): InstanceStatus {
    if (this.#failure !== undefined || this.#isLost) {
      return "failed";
    }
    const byPhase = {
      creating: "pending",
      warm: "pending",
      taking: "pending",
      destroying: "destroying",
      created: this.#running ? "running" : "stopped",
      failed: "failed",
    } as const;
    return byPhase[this.record.phase];
  }

  /** Whether it is being destroyed, so that nothing else can be done with it. */
  get isLeaving(): boolean {
    return this.#destruction !== undefined || this.record.phase === "destroying";
  }

  /** Whether commands can run in it: also in one that is kept for inspection. */
  get runsCommands(): boolean {
    return this.status === "running" || (this.record.phase === "failed" && this.#running && !this.#isLost);
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

  /** Changes the record on disk and then in memory: see `KeptRecord.save`. */
  async save(change?: (record: InstanceRecord) => InstanceRecord): Promise<void> {
    await this.#record.save(change);
  }

  /** Works as `save` does, and changes the record also where the file system refuses it. */
  async saveAnyway(change: (record: InstanceRecord) => InstanceRecord): Promise<void> {
    await this.#record.saveAnyway(change);
  }

  /** Records why its last start failed, also where the file system refuses it. @param reason undefined: it succeeded. */
  async keepStartFailure(reason: string | undefined): Promise<void> {
    if (this.record.failure !== reason) {
      await this.saveAnyway((record) => ({ ...record, failure: reason }));
    }
  }

  /** Removes the record from disk. */
  async forget(): Promise<void> {
    await this.#record.forget();
  }

  /** Declares that its fleet's file has its record for now: see `KeptRecord.cover`. */
  coverByFleet(): void {
    this.#record.cover();
  }

  uncover(): void {
    this.#record.uncover();
  }

  /** Removes its own file: see `KeptRecord.leaveToFleet`. */
  async leaveToFleet(): Promise<void> {
    await this.#record.leaveToFleet();
  }

  /** Gives it another uid and owner in memory; the caller saves it. */
  pass(changes: Claim & { uid: string }): void {
    this.#record.set(changes);
  }

  /** Sets the public half of its host key in memory, before its creation. */
  setHostKey(sshHostKey: string): void {
    this.#record.set({ sshHostKey });
  }

  /** Runs pieces of work on the instance one after the other. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    return await this.#work.take(async () => {
      this.#version += 1;
      try {
        return await work();
      } finally {
        this.#version += 1;
      }
    });
  }

  /**
   * Creates it in its turn; `ready` tells how that ends.
   *
   * @param work returns the outcome, and does not throw.
   */
  create(work: () => Promise<Outcome>): void {
    this.#ready = this.inTurn(async () => {
      const outcome = await work();
      if (outcome.kind !== "made") {
        this.fail(outcome);
        throw outcome.error;
      }
    });
    // A failed creation that no client waits for is no defect.
    this.#ready.catch(() => undefined);
  }

  /**
   * Records a failure, until the next destroy begins.
   *
   * @param failure one that is `undone` leaves nothing to show.
   */
  fail(failure: Failure): void {
    this.#failure = failure.kind === "undone" ? undefined : failure;
    this.#isUnreachable ||= failure.kind === "stuck" && MccError.hasCode(failure.error, "unreachable");
  }

  /**
   * @param waitFor how far its creation waits: known once the container is created.
   * @param member where it is. Default: the engine has no members.
   */
  markMade(waitFor: InstanceRecord["waitFor"], member?: string): void {
    this.#record.set({ waitFor, ...(member === undefined ? {} : { member }) });
    this.#markMade();
  }

  markRunning(): void {
    this.#running = true;
    this.#isUnreachable = false;
    this.#memoryKills = undefined;
  }

  markStopped(): void {
    this.#running = false;
    this.#isUnreachable = false;
    this.#memoryKills = undefined;
  }

  /** @param kills since its last start. @returns whether there are new ones. */
  noteMemoryKills(kills: number): boolean {
    const isNew = kills > (this.#memoryKills?.kills ?? 0);
    if (isNew) {
      this.#memoryKills = { kills, type: this.record.type };
    }
    return isNew;
  }

  /** @param rung in words; undefined: none any more. */
  waitFor(rung: string | undefined): void {
    this.#waitingFor = rung;
  }

  /** Runs a change of its type, during which it counts with the larger of the two. */
  async changingTo<T>(type: string, work: () => Promise<T>): Promise<T> {
    this.#nextType = type;
    try {
      return await work();
    } finally {
      this.#nextType = undefined;
    }
  }

  /** Takes over what the engine lists. @param container undefined: the engine does not list it. */
  observe(container: Pick<Container, "state" | "member"> | undefined): void {
    this.#isLost = container === undefined;
    this.#running = container?.state === "running";
    this.#isUnreachable = container?.state === "unreachable";
    const { member = this.record.member } = container ?? {};
    if (member !== this.record.member) {
      // The engine moves containers. The next record has it too.
      this.#record.set({ member });
    }
  }

  /** As `observe`, but only if no work on the instance began or ended between now and the call of the result. */
  beginLook(): (container: Pick<Container, "state" | "member"> | undefined) => void {
    const version = this.#version;
    const isIdle = version % 2 === 0;
    return (container) => {
      if (isIdle && version === this.#version) {
        this.observe(container);
      }
    };
  }

  /** Destroys it, or joins the destroy that is under way. */
  async destroy(work: () => Promise<void>): Promise<void> {
    this.#destruction ??= work().finally(() => {
      this.#destruction = undefined;
    });
    await this.#destruction;
  }

  /** Records that it is being destroyed, where the file system accepts that, and forgets an earlier failure. */
  async markDestroying(): Promise<void> {
    if (this.record.phase !== "destroying") {
      await this.saveAnyway((record) => ({ ...record, phase: "destroying" }));
    }
    this.#failure = undefined;
  }
}
