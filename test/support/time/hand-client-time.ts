import type { Time } from "../../../client/time";

/** A client's time that passes in its pauses alone, at once, and where a test says so. */
export class HandClientTime implements Time {
  /** How many pauses were made. */
  pauses = 0;
  /** How long each pause was together with what a test let pass. */
  passedMs = 0;
  readonly #beginMs = Date.parse("2026-01-01T00:00:00Z");

  /** @param duringPause is awaited in each pause, with the count of those before it. */
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
