import type { Time } from "../../../client/time";

/** The time of a client. It passes only in pauses, which end at once, and on request of a test. */
export class HandClientTime implements Time {
  /** The number of pauses. */
  pauses = 0;
  /** The total time of the pauses and of the requests of a test. */
  passedMs = 0;
  readonly #beginMs = Date.parse("2026-01-01T00:00:00Z");

  /** @param duringPause is awaited in each pause, and receives the number of earlier pauses. */
  constructor(private readonly duringPause: (before: number) => Promise<void> | void = () => undefined) {}

  now(): number {
    return this.#beginMs + this.passedMs;
  }

  async pause(milliseconds: number): Promise<void> {
    await this.duringPause(this.pauses);
    this.pauses += 1;
    this.pass(milliseconds);
  }

  pass(milliseconds: number): void {
    this.passedMs += milliseconds;
  }
}
