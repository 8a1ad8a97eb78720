import { join } from "node:path";
import { z } from "zod";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { Clock } from "./clock";
import { leaseTimeSchema, type Ttl } from "./lifetime";

/** The same moment on each of the clocks. */
const momentSchema = z.strictObject({
  bootId: z.string(),
  uptimeMs: leaseTimeSchema,
  wallMs: leaseTimeSchema,
  leaseMs: leaseTimeSchema,
});
type Moment = z.infer<typeof momentSchema>;

/** How much time a power failure can hide since the file was written. */
const keepEveryMs = 60_000;

/**
 * The clock by which TTLs are counted. It runs with the host's uptime, so that setting the wall clock does not move it.
 * Over a reboot it advances as much as the wall clock did since its file was last written; a wall clock that is behind
 * counts as stopped. It started with the wall clock's time, but is independent of it.
 */
export class TtlClock {
  readonly #path: string;
  readonly #clock: Clock;
  #moment: Moment;
  #kept: Promise<void>;

  private constructor(path: string, clock: Clock, moment: Moment) {
    this.#path = path;
    this.#clock = clock;
    this.#moment = moment;
    this.#kept = Promise.resolve();
  }

  /**
   * @param lastGrantMs the time, by this clock, of the latest grant on record; undefined if there is none. It cannot be
   * earlier now. If the file was lost, the clock continues at this time: then no TTL expires early, and none later than if it
   * were extended now.
   */
  static async open(
    stateFolder: string,
    clock: Clock,
    {
      damaged,
      lateWrites,
      lastGrantMs,
    }: {
      damaged: DamagedFiles;
      lateWrites: Pick<LateWrites, "attempt">;
      lastGrantMs: number | undefined;
    },
  ): Promise<TtlClock> {
    const path = join(stateFolder, "lease-clock.json");
    const last = await damaged.read(path, momentSchema);
    if (last === undefined && lastGrantMs !== undefined) {
      damaged.report(path, "it was lost; an instance with a TTL may live longer, by its TTL at most");
    }
    const next = nextMoment(clock, last);
    const leaseMs =
      last === undefined ? (lastGrantMs ?? next.leaseMs) : Math.max(next.leaseMs, lastGrantMs ?? 0);
    const ttlClock = new TtlClock(path, clock, { ...next, leaseMs });
    await lateWrites.attempt("the TTL clock", () => ttlClock.close());
    return ttlClock;
  }

  nowMs(): number {
    return nextMoment(this.#clock, this.#moment).leaseMs;
  }

  /** Returns the time of the wall clock at that moment, to the second, in ISO 8601. */
  timeOf(leaseMs: number): string {
    const wallMs = this.#clock.wallMs() + leaseMs - this.nowMs();
    return new Date(Math.round(wallMs / 1000) * 1000).toISOString();
  }

  /** Writes the file again when it is a minute old. */
  async keep(): Promise<void> {
    if (this.nowMs() - this.#moment.leaseMs >= keepEveryMs) {
      await this.close();
    }
  }

  /** Writes the file for the next daemon. */
  async close(): Promise<void> {
    this.#moment = nextMoment(this.#clock, this.#moment);
    const writing = this.#kept.then(() => this.#write());
    this.#kept = writing.catch(() => undefined);
    await writing;
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    await this.#kept;
  }

  async #write(): Promise<void> {
    await writeJsonFile(this.#path, this.#moment);
  }
}

/** A host that is a container may keep its boot id and restart its uptime. */
function nextMoment(clock: Clock, last: Moment | undefined): Moment {
  const now = { bootId: clock.bootId, uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs() };
  if (last === undefined) {
    return { ...now, leaseMs: now.wallMs };
  }
  const isSameBoot = last.bootId === now.bootId && last.uptimeMs <= now.uptimeMs;
  const passedMs = isSameBoot ? now.uptimeMs - last.uptimeMs : Math.max(0, now.wallMs - last.wallMs);
  return { ...now, leaseMs: last.leaseMs + passedMs };
}

/** Returns the time of the latest grant, by the TTL clock. */
export function lastGrantOf(ttls: readonly (Ttl | undefined)[]): number | undefined {
  const grants = ttls.flatMap((ttl) => (ttl === undefined ? [] : [ttl.untilMs - ttl.seconds * 1000]));
  return grants.length === 0 ? undefined : grants.reduce((latest, grant) => Math.max(latest, grant));
}
