import type { Readable } from "node:stream";
import { KeptBytes } from "../../../support/kept-bytes";

/** Keeps the first bytes of a stream. Reads and discards the rest, so that the writer never blocks. */
export class OutputCollector {
  readonly #kept: KeptBytes;

  constructor(
    readonly stream: Readable,
    mostBytes: number,
  ) {
    const kept = new KeptBytes(mostBytes);
    stream.on("data", (chunk: Buffer) => kept.add(chunk));
    this.#kept = kept;
  }

  /** Whether bytes were discarded. */
  get truncated(): boolean {
    return this.#kept.truncated;
  }

  bytes(): Buffer {
    return this.#kept.bytes();
  }
}
