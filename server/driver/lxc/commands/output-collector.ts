import type { Readable } from "node:stream";

/** Keeps the beginning of what a stream brings; the rest is read and dropped, so that the writer never waits. */
export class OutputCollector {
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #dropped = false;

  constructor(
    readonly stream: Readable,
    mostBytes: number,
  ) {
    stream.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, mostBytes - this.#kept);
      // An empty part would keep its whole chunk in memory.
      if (part.length > 0) {
        this.#chunks.push(part);
      }
      this.#kept += part.length;
      this.#dropped ||= part.length < chunk.length;
    });
  }

  /** Whether something was dropped. */
  get truncated(): boolean {
    return this.#dropped;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
