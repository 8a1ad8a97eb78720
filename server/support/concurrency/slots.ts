/** Lets so many pieces of work run at a time. The others wait in the order in which they came. */
export class Slots {
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(private readonly most: number) {}

  /** Whether the next one has to wait. */
  get isFull(): boolean {
    return this.#taken >= this.most;
  }

  get isUnused(): boolean {
    return this.#taken === 0;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for the caller's turn. Returns a function that ends it; call it once.
   *
   * @throws the signal's reason when that comes first: the caller has then no place any more.
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

  /** The slot of one that ends goes to the next one at once, so that nobody gets in between. */
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
