import type { Readable, Writable } from "node:stream";
import { within } from "../../../support/time-limits";

/** The time for output that the command wrote before it ended: a process in the background may keep the pipes open. */
const drainMs = 100;

/** Passes the output of a command on while it runs. The command waits while a receiver takes no more. */
export class OutputFlow {
  readonly #sources: readonly Readable[];
  #receivers: readonly Writable[] = [];
  #bytes = 0;

  /** @param sources standard output and standard error, which nothing has read yet. */
  constructor(sources: readonly Readable[]) {
    this.#sources = sources;
  }

  /** @param receivers one for each source, in the same order. They stay open. */
  begin(receivers: readonly Writable[]): void {
    this.#receivers = receivers;
    this.#sources.forEach((source, place) => {
      const receiver = receivers[place];
      if (receiver !== undefined) {
        source.on("data", (chunk: Buffer) => {
          this.#bytes += chunk.length;
        });
        source.pipe(receiver, { end: false });
      }
    });
  }

  /**
   * Waits after the end of the command until all of its output is passed on.
   *
   * @param closed resolves when all sources are closed.
   * @param signal ends the wait for a receiver that takes no more.
   */
  async ended(closed: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
    for (let before = -1; before !== this.#bytes || this.#isBlocked; ) {
      before = this.#bytes;
      if ((await within(drainMs, closed, signal)) !== undefined || signal?.aborted === true) {
        return;
      }
    }
  }

  /** Returns what standard error holds if the flow has not begun. */
  rest(): Buffer {
    const rest: unknown = this.#sources.at(-1)?.read();
    return Buffer.isBuffer(rest) ? rest : Buffer.alloc(0);
  }

  get #isBlocked(): boolean {
    return this.#receivers.some(({ writableNeedDrain }) => writableNeedDrain);
  }
}
