import type { Readable } from "node:stream";
import { KeptBytes } from "../../../support/kept-bytes";

/** Keeps the beginning of what a stream brings; the rest is read and dropped, so that the writer never waits. */
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

  /** Whether something was dropped. */
  get truncated(): boolean {
    return this.#kept.truncated;
  }

  bytes(): Buffer {
    return this.#kept.bytes();
  }
}
