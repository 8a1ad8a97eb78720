import type { Time } from "./time";

/** What a client has seen of its daemon so far. */
export class Contact {
  #met = false;
  #lostSinceMs: number | undefined;

  constructor(private readonly time: Time) {}

  /** Whether the daemon has ever answered, so that one which is away may come back. */
  get met(): boolean {
    return this.#met;
  }

  /** Since when no call has come through; undefined while they do, or none was tried. */
  get lostSinceMs(): number | undefined {
    return this.#lostSinceMs;
  }

  /** The daemon has answered a call, be it by a refusal. */
  answered(): void {
    this.#met = true;
    this.#lostSinceMs = undefined;
  }

  /** A call has found no daemon, or has lost it. */
  lost(): void {
    this.#lostSinceMs ??= this.time.now();
  }
}
