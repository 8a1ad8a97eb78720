/** The time limit of an operation, on a monotonic clock. */
export class Deadline {
  readonly #endMs: number;

  constructor(readonly timeoutMs: number) {
    this.#endMs = performance.now() + timeoutMs;
  }

  /** The remaining time; 0 after the end. */
  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }
}
