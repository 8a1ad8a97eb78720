import type { Logger } from "pino";
import { formatDuration } from "../../../protocol/duration";
import type { Instance } from "../../../protocol/methods/instance";
import type { Leased, Ttl } from "./lifetime";
import type { LeaseClock } from "./ttl-clock";

/**
 * A timer stands still while the host sleeps, and the lease clock does not. It is looked also when nothing has a ttl:
 * one may have been granted for a record that was not in place at the last look, and the clock's file is kept.
 */
const longestPauseMs = 60_000;

/** Destroys what has outlived its ttl. */
export class LeaseReaper {
  readonly #clock: LeaseClock;
  readonly #log: Logger;
  #leased: () => readonly Leased[] = () => [];
  /** By uid: what is being destroyed, or tried again. */
  #reaped = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #nextLookMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: LeaseClock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins, at once with what was outlived while no daemon ran. */
  start(leased: () => readonly Leased[]): void {
    this.#leased = leased;
    this.#look();
  }

  /** A ttl that counts from now. */
  grant(seconds: number): Ttl {
    const untilMs = this.#clock.nowMs() + seconds * 1000;
    this.#lookBy(untilMs);
    return { seconds, untilMs };
  }

  /** How long something lives, as it travels. */
  describe({
    ttl,
    lease,
  }: Pick<Leased, "ttl" | "lease">): Pick<Instance, "ttlSeconds" | "expiresAt" | "lease"> {
    return {
      ...(ttl && { ttlSeconds: ttl.seconds, expiresAt: this.#clock.timeOf(ttl.untilMs) }),
      ...(lease && { lease: lease.id }),
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#nextLookMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.nowMs();
    const leased = this.#leased();
    this.#reaped = new Set(leased.map(({ uid }) => uid).filter((uid) => this.#reaped.has(uid)));
    let nextMs = nowMs + longestPauseMs;
    for (const each of leased.filter(({ uid }) => !this.#reaped.has(uid))) {
      if (each.ttl !== undefined && each.ttl.untilMs <= nowMs) {
        void this.#reap(each, each.ttl);
      } else {
        nextMs = Math.min(nextMs, each.ttl?.untilMs ?? nextMs);
      }
    }
    this.#lookBy(nextMs);
    this.#clock.keep().catch((error: unknown) => {
      this.#log.error({ err: error }, "the lease clock could not be kept");
    });
  }

  async #reap({ uid, title, destroy }: Leased, { seconds }: Ttl): Promise<void> {
    this.#reaped.add(uid);
    this.#log.info({ title, ttlSeconds: seconds }, "the ttl is over");
    try {
      await destroy(`its ttl of ${formatDuration(seconds)} was over`);
    } catch (error) {
      this.#log.warn({ title, err: error }, "not destroyed at the end of its ttl; it is tried again");
    }
  }

  #lookBy(untilMs: number): void {
    const nowMs = this.#clock.nowMs();
    const lookMs = Math.min(untilMs, nowMs + longestPauseMs);
    if (this.#closed || lookMs >= this.#nextLookMs) {
      return;
    }
    this.#nextLookMs = lookMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(1, lookMs - nowMs)).unref();
  }
}
