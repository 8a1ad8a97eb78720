import type { Logger } from "pino";
import { formatDuration } from "../../../protocol/duration";
import type { Instance } from "../../../protocol/methods/instance";
import { inTrace } from "../../../protocol/tracing/spans";
import type { Leased, Term, Ttl } from "./lifetime";
import type { TtlClock } from "./ttl-clock";

/**
 * A timer stops while the host sleeps, and the TTL clock does not. The reaper also checks when nothing has a TTL: one may
 * have been granted for a record that was not in place at the last check, and the clock's file must be written.
 */
const longestPauseMs = 60_000;

/** Destroys instances and fleets whose TTL has expired. */
export class TtlReaper {
  readonly #clock: TtlClock;
  readonly #log: Logger;
  #leased: () => readonly Leased[] = () => [];
  /** The uids of those that are being destroyed, or tried again. */
  #reaped = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #nextLookMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: TtlClock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Starts, at once with those that expired while no daemon ran. */
  start(leased: () => readonly Leased[]): void {
    this.#leased = leased;
    this.#look();
  }

  /** Returns a TTL that counts from now. */
  grant(term: Term): Ttl {
    const untilMs = this.#clock.nowMs() + term.seconds * 1000;
    this.#lookBy(untilMs);
    return { ...term, untilMs };
  }

  /** Returns a lifetime as clients see it. */
  describe({
    ttl,
    lease,
  }: Pick<Leased, "ttl" | "lease">): Pick<Instance, "ttlSeconds" | "ttlImposed" | "expiresAt" | "lease"> {
    return {
      ...(ttl && { ttlSeconds: ttl.seconds, expiresAt: this.#clock.timeOf(ttl.untilMs) }),
      ...(ttl?.imposed === true ? { ttlImposed: true } : {}),
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
      this.#log.error({ err: error }, "the TTL clock could not be written");
    });
  }

  async #reap({ uid, title, destroy }: Leased, { seconds }: Ttl): Promise<void> {
    this.#reaped.add(uid);
    this.#log.info({ title, ttlSeconds: seconds }, "TTL expired");
    try {
      await destroy(`its TTL of ${formatDuration(seconds)} expired`);
    } catch (error) {
      this.#log.warn({ title, err: error }, "not destroyed at the end of its TTL; it is tried again");
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
    // Of no trace: the call that asked for it has ended long before.
    const look = (): void => inTrace(undefined, () => this.#look());
    this.#timer = setTimeout(look, Math.max(1, lookMs - nowMs)).unref();
  }
}
