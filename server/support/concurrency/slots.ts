/** Limits the pieces of work that run at a time. The others wait in the order in which they came. */
export class Slots {
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(private readonly most: number) {}

  /** Whether the next caller has to wait. */
  get isFull(): boolean {
    return this.#taken >= this.most;
  }

  get isUnused(): boolean {
    return this.#taken === 0;
  }

  /** The number of waiting callers. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a slot. Returns a function that releases it. Call it once.
   *
   * @throws the signal's reason if it is aborted first. Then the caller has no place any more.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.isFull) {
      this.#taken += 1;
      return this.#release;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(begin);
        const reason: unknown = signal.reason;
        reject(reason instanceof Error ? reason : new Error(String(reason)));
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.add(begin);
    });
    return this.#release;
  }

  /** Passes a released slot directly to the next caller, so that no other one can take it. */
  readonly #release = (): void => {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken -= 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  };
}
