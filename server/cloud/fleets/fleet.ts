import type { Fleet, FleetCounts, FleetStatus, FleetSummary } from "../../../protocol/methods/fleet";
import type { ManagedInstance } from "../instances/instance";
import type { Claim } from "../ownership/claim";
import type { Claimable } from "../ownership/claims";
import { indexOf, isAsWanted } from "./plan";
import type { FleetFile, FleetRecord, FleetRecords, FleetSpec } from "./record";

/** What a fleet is being made, while it is. */
export interface ChangeUnderWay {
  readonly spec: FleetSpec;
  /** Settles when the intent is recorded, or could not be. */
  readonly recorded: Promise<void>;
}

/** One fleet in the daemon's memory: its record and the work on it. Its members are in the catalog of instances. */
export class ManagedFleet implements Claimable {
  change: ChangeUnderWay | undefined;
  /** How the last change ended: what `fleet.wait` waits for. */
  outcome: Promise<void> = Promise.resolve();
  /** Shared by all who ask for it. */
  destruction: Promise<number> | undefined;
  /** What could not be seen off, and is tried again. */
  stuck: string | undefined;
  /** Whether its file is removed, or about to be: a late write must not bring it back. */
  isRemoved = false;
  /** Ends the change that is under way. */
  readonly abort = new AbortController();
  /** Recorded, but not in the catalog of instances before those have gone that they replace. */
  readonly successors = new Set<ManagedInstance>();
  /** To be destroyed by the change that is under way. */
  readonly leaving = new Set<ManagedInstance>();
  /** Where the members are or last were, by index. */
  readonly addresses = new Map<number, string>();

  constructor(
    public record: FleetRecord,
    /** In any order. */
    private readonly listMembers: () => ManagedInstance[],
  ) {}

  get name(): string {
    return this.record.name;
  }

  get wholeTitle(): string {
    return `Fleet "${this.name}"`;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.record.spec.labels;
  }

  get destroyCommand(): string {
    return `mcc destroy-fleet ${this.name}`;
  }

  /** Gives it another uid and owner, at once; to be saved. */
  pass(changes: Claim & { uid?: string }): void {
    this.record = { ...this.record, ...changes };
  }

  /**
   * Changes the record, here and on disk.
   *
   * @throws what the writing fails with; what has not been changed again since is then as it was.
   */
  async amend(records: Pick<FleetRecords, "save">, changes: Partial<FleetRecord>): Promise<void> {
    const before: FleetRecord = this.record;
    const keys = Object.keys(changes).filter((key): key is keyof FleetRecord => key in changes);
    this.record = { ...this.record, ...changes };
    try {
      await records.save(this);
    } catch (error) {
      const kept = keys.filter((key) => this.record[key] === changes[key]);
      this.record = { ...this.record, ...Object.fromEntries(kept.map((key) => [key, before[key]])) };
      throw error;
    }
  }

  /** In the order of their indices. */
  get members(): ManagedInstance[] {
    return this.listMembers().sort((one, other) => indexOf(one) - indexOf(other));
  }

  #statusWith({ failed }: FleetCounts): FleetStatus {
    if (this.stuck !== undefined) {
      return "failed";
    }
    if (this.isLeaving) {
      return "destroying";
    }
    if (this.change !== undefined) {
      return "applying";
    }
    return failed > 0 ? "degraded" : "ready";
  }

  /** On its way out: only to be destroyed. */
  get isLeaving(): boolean {
    return this.stuck !== undefined || this.destruction !== undefined || this.record.phase === "destroying";
  }

  #counts(): FleetCounts {
    const { count: wanted } = this.record.spec;
    const ready = this.listMembers().filter((member) => isAsWanted(this.record.spec, member)).length;
    const rest = wanted - ready;
    return this.change === undefined
      ? { wanted, ready, pending: 0, failed: rest }
      : { wanted, ready, pending: rest, failed: 0 };
  }

  /** As it is kept. */
  file(): FleetFile {
    const members = [...this.members, ...this.successors].map((member) =>
      this.leaving.has(member) ? { ...member.record, phase: "destroying" as const } : member.record,
    );
    return { ...this.record, members };
  }

  /** As it travels, without its members and its ttl. */
  summarise(simulated: boolean): FleetSummary {
    const { name, uid, createdAt, spec, owner } = this.record;
    const { image, type, keys, labels, userDataDigest } = spec;
    const failure = this.stuck ?? this.record.failure;
    const counts = this.#counts();
    return {
      ...{ name, uid, status: this.#statusWith(counts), counts, image, type, keys, labels },
      ...{ createdAt, simulated },
      ...(userDataDigest === undefined ? {} : { userDataDigest }),
      ...(failure === undefined ? {} : { failure }),
      ...(owner === undefined ? {} : { owner }),
    };
  }

  /** As they travel. */
  describeMembers(): Fleet["members"] {
    return this.members.map((member) => {
      const { id, uid, name, ipAddress, hostname, sshHostKey } = member.record;
      const { status } = member;
      return { index: indexOf(member), id, uid, name, ipAddress, hostname, sshHostKey, status };
    });
  }
}
