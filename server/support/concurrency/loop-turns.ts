import { setImmediate } from "node:timers/promises";

/** Lets one piece of work begin in each turn of the event loop, so that what arrives meanwhile is not behind all of them. */
export class LoopTurns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves in a turn that is the caller's alone, in the order in which they were asked for. */
  async next(): Promise<void> {
    const turn = this.#last.then(() => setImmediate());
    this.#last = turn;
    await turn;
  }
}
