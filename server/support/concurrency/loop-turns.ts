import { setImmediate } from "node:timers/promises";

/** Starts one piece of work in each turn of the event loop, so that new requests need not wait for all of them. */
export class LoopTurns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves in a turn that only this caller gets. Callers get their turns in the order of the calls. */
  async next(): Promise<void> {
    const turn = this.#last.then(() => setImmediate());
    this.#last = turn;
    await turn;
  }
}
