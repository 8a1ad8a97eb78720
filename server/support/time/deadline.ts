/** The time by which all of a piece of work is to be done, on a clock that nobody sets. */
export class Deadline {
  readonly #endMs: number;

  constructor(readonly timeoutMs: number) {
    this.#endMs = performance.now() + timeoutMs;
  }

  /** 0 when it is over. */
  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }
}
