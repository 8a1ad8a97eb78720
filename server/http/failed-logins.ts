import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { BoundedMap } from "../support/bounded-map";

/** One line per address and this time, so that guesses do not fill the log. */
const logEveryMs = 60_000;
const mostAddresses = 1000;

interface Failures {
  readonly loggedAtMs: number;
  /** Those that no line has reported yet. */
  readonly unreported: number;
}

/**
 * Logs and delays refused logins. A client with a valid token is never delayed, wherever it calls from, because all
 * programs on this machine have the same address.
 */
export class FailedLogins {
  readonly #byAddress = new BoundedMap<string, Failures>(mostAddresses);

  constructor(
    private readonly log: Logger,
    private readonly delayMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Resolves after the delay, or as soon as the client hangs up.
   *
   * @param from the client's address.
   * @param reason why the login was refused. It contains no secret.
   */
  async delay(from: string, reason: string, signal: AbortSignal): Promise<void> {
    this.#report(from, reason);
    await pause(this.delayMs, undefined, { signal, ref: false }).catch(() => undefined);
  }

  #report(from: string, reason: string): void {
    const earlier = this.#byAddress.get(from);
    const now = this.now();
    if (earlier !== undefined && now - earlier.loggedAtMs < logEveryMs) {
      this.#byAddress.set(from, { ...earlier, unreported: earlier.unreported + 1 });
      return;
    }
    this.#byAddress.set(from, { loggedAtMs: now, unreported: 0 });
    const others = earlier?.unreported ?? 0;
    this.log.warn({ from, ...(others > 0 ? { others } : {}) }, `A login failed: ${reason}`);
  }
}
