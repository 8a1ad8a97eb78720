import { hostsLines, type NamedHost } from "./hosts-lines";

/** Writes the lines into a container's hosts file. Throws nothing. @returns false if it failed. */
export type WriteHosts = (id: number, lines: readonly string[]) => Promise<boolean>;

/** Adds lines to the hosts files of containers, if that is quick. Throws nothing. @returns those that have them now. */
export type AddHosts = (ids: readonly number[], lines: readonly string[]) => Promise<ReadonlySet<number>>;

/** Pauses before a write, so that the changes of that time are in one write. */
export const defaultTimes = {
  /** After a new name. A creation waits for it. */
  afterSetMs: 50,
  /** The same if the creation has nothing else to wait for, because it claims a container that runs already. */
  afterClaimMs: 1,
  /** The same while other containers are being made. The last of them ends the wait. */
  amongClaimsMs: 10,
  /** The same while the only container that is being made starts. The engine is asked for the start first. */
  duringStartMs: 3,
  /** After a removal. No client waits for it. */
  afterDeleteMs: 1000,
  /** After a failed write, before that container's next one. */
  afterFailureMs: 2000,
  /** After a write, a pause of this many times its duration follows, and at most `longestRestMs`. */
  restFactor: 4,
  /** The factor if a claim waits for the write. */
  claimRestFactor: 1,
  longestRestMs: 1000,
};

interface Member {
  readonly id: number;
  /** Of its host, as `hostsLines` makes them. */
  lines: readonly string[];
  /** The version that had its name first. */
  readonly since: number;
  /** Whether it has a container. */
  made: boolean;
  /** The version of the names that its container has. */
  written: number;
  /** After a failed write: no earlier one is tried. */
  notBefore: number;
}

/**
 * The names of one stack's instances, and their copies in all containers of the stack. A change reaches the containers soon,
 * together with other changes of that time.
 */
export class StackNames {
  readonly #members = new Map<number, Member>();
  readonly #waiting = new Set<{ readonly version: number; readonly resolve: () => void }>();
  /** How many members have no container yet. */
  #unmade = 0;
  #version = 0;
  /** The latest version that did more than add a host. The files of earlier ones must be written again. */
  #changedAt = 0;
  /** The lines of the latest version, once they are needed. */
  #lines: readonly string[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #restUntil = 0;
  /** Whether a claim waits for the next write. */
  #isUrgent = false;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly write: WriteHosts,
    private readonly times = defaultTimes,
    private readonly add?: AddHosts,
  ) {}

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  has(id: number): boolean {
    return this.#members.has(id);
  }

  /** Adds an instance, or changes its name. */
  set(host: NamedHost): void {
    const { id } = host;
    const lines = hostsLines(host);
    const member = this.#members.get(id);
    if (member !== undefined && String(member.lines) === String(lines)) {
      return;
    }
    this.#changed();
    if (this.#unmade === 0) {
      // No other container is being made, so that a rest would gather no names. The creation would wait for it.
      this.#restUntil = 0;
    }
    if (member === undefined) {
      this.#unmade += 1;
      this.#members.set(id, { id, lines, since: this.#version, made: false, written: 0, notBefore: 0 });
    } else {
      member.lines = lines;
      this.#changedAt = this.#version;
    }
    this.#writeWithin(this.times.afterSetMs);
  }

  delete(id: number): void {
    const member = this.#members.get(id);
    if (member !== undefined) {
      this.#members.delete(id);
      this.#unmade -= member.made ? 0 : 1;
      this.#changed();
      this.#changedAt = this.#version;
      this.#writeWithin(this.times.afterDeleteMs);
    }
  }

  /** Returns the lines that the caller writes into this member's new container. */
  linesFor(id: number): readonly string[] {
    const member = this.#members.get(id);
    if (member !== undefined) {
      member.written = this.#version;
    }
    return this.#allLines();
  }

  /**
   * A container starts, and the daemon waits for it. If no other one is being made, and names are added quickly, the others get its name
   * in that time.
   */
  starting(): void {
    if (this.#unmade === 1 && this.add !== undefined) {
      this.#writeWithin(this.times.duringStartMs);
    }
  }

  /** Later names are written into this member's container. Call it when the container exists. */
  made(id: number): void {
    const member = this.#members.get(id);
    if (member !== undefined) {
      this.#unmade -= member.made ? 0 : 1;
      member.made = true;
      this.#writeWithin(
        this.#isUrgent && this.#unmade === 0 ? this.times.afterClaimMs : this.times.afterSetMs,
      );
    }
  }

  /** Calls `made` for all members. */
  allMade(): void {
    [...this.#members.keys()].forEach((id) => this.made(id));
  }

  /**
   * Resolves when the containers have all changes before this call. Those whose write fails get them later.
   *
   * @param isUrgent whether the write begins without a pause for other changes. Default: no.
   */
  async settled(isUrgent = false): Promise<void> {
    if (this.#outdated().length > 0 && !this.#closed) {
      this.#isUrgent ||= isUrgent;
      const { afterClaimMs, amongClaimsMs, afterSetMs } = this.times;
      const urgentMs = this.#unmade === 0 ? afterClaimMs : amongClaimsMs;
      this.#writeWithin(isUrgent ? urgentMs : afterSetMs);
      await new Promise<void>((resolve) => this.#waiting.add({ version: this.#version, resolve }));
    }
  }

  /** Ends the writes; resolves when none is active. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    this.#release(Infinity);
  }

  #allLines(): readonly string[] {
    this.#lines ??= [...this.#members.values()].flatMap((member) => member.lines);
    return this.#lines;
  }

  #changed(): void {
    this.#version += 1;
    this.#lines = undefined;
  }

  #outdated(version = this.#version): Member[] {
    const now = performance.now();
    return [...this.#members.values()].filter(
      ({ made, written, notBefore }) => made && written < version && notBefore <= now,
    );
  }

  #writeWithin(milliseconds: number): void {
    const dueAt = performance.now() + milliseconds;
    if (this.#closed) {
      return;
    }
    this.#dueAt = Math.min(dueAt, this.#dueAt);
    if (this.#writing === undefined) {
      this.#arm();
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#dueAt = Infinity;
        this.#writing = this.#writeAll().finally(() => {
          this.#writing = undefined;
          if (this.#dueAt < Infinity && !this.#closed) {
            this.#arm();
          }
        });
      },
      Math.max(0, Math.max(this.#dueAt, this.#restUntil) - performance.now()),
    );
  }

  async #writeAll(): Promise<void> {
    const [version, lines, begin] = [this.#version, this.#allLines(), performance.now()];
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    await this.#addToFiles(version);
    await Promise.all(
      this.#outdated(version).map(async (member) => {
        const { id } = member;
        if (this.#closed || !this.#members.has(id)) {
          return;
        }
        if (await this.write(id, lines)) {
          member.written = Math.max(member.written, version);
        } else {
          member.notBefore = performance.now() + this.times.afterFailureMs;
        }
      }),
    );
    this.#release(version);
    const end = performance.now();
    const { restFactor, claimRestFactor, longestRestMs } = this.times;
    const factor = isUrgent ? claimRestFactor : restFactor;
    this.#restUntil = end + Math.min((end - begin) * factor, longestRestMs);
    // Also those whose pause ended during this write: it did not try them again.
    const retries = [...this.#members.values()]
      .filter(({ written, notBefore }) => written < version && notBefore > begin)
      .map(({ notBefore }) => notBefore);
    if (retries.length > 0) {
      // Timers may fire a millisecond early.
      this.#writeWithin(Math.max(0, Math.min(...retries) - end) + 5);
    }
  }

  /** Adds the hosts that are new since the last write of each file, where the driver does that quickly. */
  async #addToFiles(version: number): Promise<void> {
    const { add } = this;
    if (add === undefined) {
      return;
    }
    const changedAt = this.#changedAt;
    const addable = this.#outdated(version).filter(({ written }) => written > 0 && written >= changedAt);
    for (const [written, members] of byVersion(addable)) {
      const lines = [...this.#members.values()]
        .filter(({ since }) => since > written && since <= version)
        .flatMap((member) => member.lines);
      const ids = members.map(({ id }) => id);
      const added = await add(ids, lines);
      members
        .filter(({ id }) => added.has(id))
        .forEach((member) => {
          member.written = Math.max(member.written, version);
        });
    }
  }

  #release(version: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.version <= version) {
        this.#waiting.delete(waiter);
        waiter.resolve();
      }
    }
  }
}

/** Returns the members by the version of the names that they have. */
function byVersion(members: readonly Member[]): Map<number, Member[]> {
  const groups = new Map<number, Member[]>();
  for (const member of members) {
    const group = groups.get(member.written) ?? [];
    group.push(member);
    groups.set(member.written, group);
  }
  return groups;
}
