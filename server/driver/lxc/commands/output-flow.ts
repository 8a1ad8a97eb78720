import type { Readable, Writable } from "node:stream";
import { within } from "../../../support/time-limits";

/** The time for output that the command wrote before it ended: a process in the background may keep the pipes open. */
const drainMs = 100;
/** How often it is looked for more output that nothing holds up. What the command itself wrote is then read. */
const mostLooks = 10;
/** More than a pipe holds: what follows is from processes in the background. */
const mostInPipe = 2 * 1024 * 1024;

/** Passes the output of a command on while it runs. The command waits while a receiver takes no more. */
export class OutputFlow {
  readonly #sources: readonly Readable[];
  #receivers: readonly Writable[] = [];
  readonly #bytes: number[];

  /** @param sources standard output and standard error, which nothing has read yet. */
  constructor(sources: readonly Readable[]) {
    this.#sources = sources;
    this.#bytes = sources.map(() => 0);
  }

  /** @param receivers one for each source, in the same order. They stay open. */
  begin(receivers: readonly Writable[]): void {
    this.#receivers = receivers;
    this.#sources.forEach((source, place) => {
      const receiver = receivers[place];
      if (receiver !== undefined) {
        source.on("data", (chunk: Buffer) => {
          this.#bytes[place] = this.#bytesOf(place) + chunk.length;
        });
        source.pipe(receiver, { end: false });
      }
    });
  }

  /**
   * Waits after the end of the command until all of its output is passed on. What processes in the background write does
   * not prolong the wait.
   *
   * @param closed resolves when all sources are closed.
   * @param signal ends the wait for a receiver that takes no more.
   */
  async ended(closed: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
    const atEnd = [...this.#bytes];
    for (let looks = 0; looks < mostLooks; ) {
      const before = String(this.#bytes);
      if ((await within(drainMs, closed, signal)) !== undefined || signal?.aborted === true) {
        return;
      }
      if (!this.#isBlocked(atEnd)) {
        if (String(this.#bytes) === before) {
          return;
        }
        looks += 1;
      }
    }
  }

  /** Returns what standard error holds if the flow has not begun. */
  rest(): Buffer {
    const rest: unknown = this.#sources.at(-1)?.read();
    return Buffer.isBuffer(rest) ? rest : Buffer.alloc(0);
  }

  /** Whether a receiver takes no more, and its pipe may hold output of the command. @param atEnd the bytes at its end. */
  #isBlocked(atEnd: readonly number[]): boolean {
    return this.#receivers.some(
      ({ writableNeedDrain }, place) =>
        writableNeedDrain && this.#bytesOf(place) - (atEnd[place] ?? 0) <= mostInPipe,
    );
  }

  #bytesOf(place: number): number {
    return this.#bytes[place] ?? 0;
  }
}
