const firstPauseMs = 1000;
const defaultLongestPauseMs = 5 * 60 * 1000;

/** Repeats failed work, with growing pauses, until it succeeds. */
export class Retries<T> {
  readonly #work: (subject: T) => Promise<unknown>;
  readonly #longestPauseMs: number;
  readonly #timers = new Map<T, NodeJS.Timeout>();
  #closed = false;

  /** @param longestPauseMs the limit of the pauses. Default: five minutes. */
  constructor(work: (subject: T) => Promise<unknown>, longestPauseMs = defaultLongestPauseMs) {
    this.#work = work;
    this.#longestPauseMs = longestPauseMs;
  }

  /** Repeats the work for a subject until it succeeds. Does nothing if its repetition is already scheduled. */
  retry(subject: T): void {
    if (!this.#timers.has(subject)) {
      this.#schedule(subject, firstPauseMs);
    }
  }

  /** Repeats the work now, if its repetition is scheduled: what prevented it may be over. @param subject default: all. */
  hurry(subject?: T): void {
    const subjects = subject === undefined ? [...this.#timers.keys()] : [subject];
    subjects.filter((each) => this.#timers.has(each)).forEach((each) => this.#schedule(each, 0));
  }

  /** Ends the retries. */
  close(): void {
    this.#closed = true;
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
  }

  #schedule(subject: T, pauseMs: number): void {
    clearTimeout(this.#timers.get(subject));
    if (this.#closed) {
      return;
    }
    const timer = setTimeout(() => {
      this.#work(subject).then(
        () => this.#timers.delete(subject),
        () => this.#schedule(subject, Math.min(Math.max(pauseMs * 2, firstPauseMs), this.#longestPauseMs)),
      );
    }, pauseMs);
    this.#timers.set(subject, timer.unref());
  }
}
