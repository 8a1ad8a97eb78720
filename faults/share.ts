/** A limited time. */
export class Share {
  private constructor(
    private readonly endMs: number,
    private readonly signal: AbortSignal,
  ) {}

  /** @param seconds default: without a limit. @param signal ends the time. */
  static of(seconds: number | undefined, signal: AbortSignal): Share {
    const limitMs = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000;
    return new Share(performance.now() + limitMs, signal);
  }

  /** Returns the time for the next of some parts: what earlier parts have not used is for the following ones. */
  part(partsLeft: number): Share {
    const now = performance.now();
    return new Share(now + Math.max(0, this.endMs - now) / partsLeft, this.signal);
  }

  get isOver(): boolean {
    return this.signal.aborted || performance.now() >= this.endMs;
  }

  /** Whether the run must end, and not only this time. */
  get isInterrupted(): boolean {
    return this.signal.aborted;
  }
}
