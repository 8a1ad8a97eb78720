import type { Clock } from "../../../server/cloud/lifetimes/clock";

/** The clocks of a host, which a test sets. */
export class HandClock implements Clock {
  bootId = "the first boot";
  #uptimeMs = 1_000_000;
  #wallMs = Date.parse("2026-01-01T00:00:00Z");

  uptimeMs(): number {
    return this.#uptimeMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  pass(ms: number): void {
    this.#uptimeMs += ms;
    this.#wallMs += ms;
  }

  /** Sets the wall clock, like an operator. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  /** Restarts the host after this time. */
  reboot(downMs: number): void {
    this.bootId = `${this.bootId}, and another`;
    this.#uptimeMs = 10_000;
    this.#wallMs += downMs;
  }
}
