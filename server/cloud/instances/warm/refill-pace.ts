import { cpus } from "node:os";

/** How long after a client's creation the pools are filled slowly: its next program runs then, or its next creation comes. */
const activeMs = 30_000;
/** The time in which the use of the processors is measured. Nothing is started ahead in it. */
const lookMs = 50;
/** The longest wait for free processors. On a host that is always busy, the pools fill all the same. */
const longestWaitMs = 2000;
/**
 * A look of that age tells nothing about now, because no pool lacked an instance after it. It is longer than a creation is
 * waited for: with a new wait after each creation, a busy host would never fill its pools.
 */
const oldMs = 10_000;
/** The part of the processor time that must be free. */
const leastFree = 0.5;

/**
 * Decides when the next instances may be started ahead. While clients create instances, and shortly after, they wait until
 * nobody else needs the processors of this host: the program whose instances were claimed has just begun to use them.
 */
export class RefillPace {
  #activeUntil = 0;
  /** The look under way: since when, the idle time then, and when the wait began. */
  #look: { readonly at: number; readonly idleMs: number; readonly waitingSince: number } | undefined;
  /** Since when instances have been started ahead without a pause. */
  #startingSince: number | undefined;

  /**
   * @param idleMs returns for how long the processors have been idle, in milliseconds, all of them together.
   * @param processors how many there are.
   * @param now milliseconds.
   */
  constructor(
    private readonly idleMs: () => number = idleTime,
    private readonly processors: number = cpus().length,
    private readonly now: () => number = () => performance.now(),
  ) {}

  noteCreation(): void {
    this.#activeUntil = this.now() + activeMs;
  }

  /**
   * Returns for how many milliseconds nothing may be started ahead, and the caller asks again then; 0 if the next
   * instances may be started.
   *
   * @param starting how many are being started ahead now.
   */
  pauseMs(starting: number): number {
    const at = this.now();
    if (at >= this.#activeUntil) {
      this.#look = undefined;
      return 0;
    }
    if (starting > 0) {
      // Their own processor time would count as that of others. A slow boot does not hold up other pools.
      this.#look = undefined;
      this.#startingSince ??= at;
      return at - this.#startingSince < longestWaitMs ? lookMs : 0;
    }
    this.#startingSince = undefined;
    const look = this.#look !== undefined && at - this.#look.at < oldMs ? this.#look : undefined;
    if (look !== undefined && at - look.at < lookMs) {
      return look.at + lookMs - at;
    }
    const idleMs = this.idleMs();
    const waitingSince = look?.waitingSince ?? at;
    const free = look === undefined ? 0 : (idleMs - look.idleMs) / ((at - look.at) * this.processors);
    if (look !== undefined && (free >= leastFree || at - waitingSince >= longestWaitMs)) {
      this.#look = undefined;
      return 0;
    }
    this.#look = { at, idleMs, waitingSince };
    return lookMs;
  }
}

function idleTime(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
