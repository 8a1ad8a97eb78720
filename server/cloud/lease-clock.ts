import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "./clock";
import { readJsonFile, writeJsonFile } from "./json-file";
import type { LateWrites } from "./late-writes";
import { tolerate } from "./tolerate";

/** The same moment on each of the clocks. */
const momentSchema = z.strictObject({
  bootId: z.string(),
  uptimeMs: z.number(),
  wallMs: z.number(),
  leaseMs: z.number(),
});
type Moment = z.infer<typeof momentSchema>;

/** What a host that loses its power may have passed unseen since the file was written. */
const keepEveryMs = 60_000;

/**
 * The clock that leases run by. It goes on with the host's uptime, so that no setting of the wall clock moves it,
 * and over a reboot by as much as the wall clock did since it was last kept in its file; a wall clock that is
 * behind then counts as standing still. It began at the wall clock's time, and says nothing about that by now.
 */
export class LeaseClock {
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

  /** @throws MccError `invalid` for a file that was damaged. */
  static async open(
    stateFolder: string,
    clock: Clock,
    lateWrites: Pick<LateWrites, "attempt">,
  ): Promise<LeaseClock> {
    const path = join(stateFolder, "lease-clock.json");
    const last = await tolerate(["ENOENT"], readJsonFile(path, momentSchema));
    const leaseClock = new LeaseClock(path, clock, nextMoment(clock, last));
    await lateWrites.attempt("the lease clock", () => leaseClock.close());
    return leaseClock;
  }

  nowMs(): number {
    return nextMoment(this.#clock, this.#moment).leaseMs;
  }

  /** What the wall clock will show then, to the second. */
  timeOf(leaseMs: number): string {
    const wallMs = this.#clock.wallMs() + leaseMs - this.nowMs();
    return new Date(Math.round(wallMs / 1000) * 1000).toISOString();
  }

  /** Writes the file anew when it is a minute old. */
  async keep(): Promise<void> {
    if (this.nowMs() - this.#moment.leaseMs >= keepEveryMs) {
      await this.close();
    }
  }

  /** Writes the file anew, for the next daemon. */
  async close(): Promise<void> {
    this.#moment = nextMoment(this.#clock, this.#moment);
    const writing = this.#kept.then(() => this.#write());
    this.#kept = writing.catch(() => undefined);
    await writing;
  }

  /** Resolves when no writing is under way. */
  async settled(): Promise<void> {
    await this.#kept;
  }

  async #write(): Promise<void> {
    await writeJsonFile(this.#path, this.#moment);
  }
}

/** A host that is a container may go on with its boot id and begin with its uptime anew. */
function nextMoment(clock: Clock, last: Moment | undefined): Moment {
  const now = { bootId: clock.bootId, uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs() };
  if (last === undefined) {
    return { ...now, leaseMs: now.wallMs };
  }
  const isSameBoot = last.bootId === now.bootId && last.uptimeMs <= now.uptimeMs;
  const passedMs = isSameBoot ? now.uptimeMs - last.uptimeMs : Math.max(0, now.wallMs - last.wallMs);
  return { ...now, leaseMs: last.leaseMs + passedMs };
}
