import type { Time } from "./time";

/** Records whether the daemon has answered the client's calls. */
export class Contact {
  #met = false;
  #lostSinceMs: number | undefined;

  constructor(private readonly time: Time) {}

  /** Whether the daemon has ever answered, so that it can come back if it is unavailable. */
  get met(): boolean {
    return this.#met;
  }

  /** When calls started to fail, in milliseconds since 1970. Undefined after an answer, or before the first call. */
  get lostSinceMs(): number | undefined {
    return this.#lostSinceMs;
  }

  /** Records an answer of the daemon, also a fault. */
  answered(): void {
    this.#met = true;
    this.#lostSinceMs = undefined;
  }

  /** Records that a call did not reach the daemon, or lost the connection. */
  lost(): void {
    this.#lostSinceMs ??= this.time.now();
  }
}
