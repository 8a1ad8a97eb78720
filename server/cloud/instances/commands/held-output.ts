import { Writable } from "node:stream";
import { KeptBytes } from "../../../support/kept-bytes";

/** How many bytes are held. The writer then waits. One more piece of a pipe may come in addition. */
const mostBytes = 256 * 1024;

/** Holds the output of a command until a client takes it. */
export class HeldOutput extends Writable {
  #kept = new KeptBytes(Number.POSITIVE_INFINITY);
  #goOn: (() => void) | undefined;

  /** @param onOutput is called when there is something to take. */
  constructor(private readonly onOutput: () => void) {
    super();
  }

  get isEmpty(): boolean {
    return this.#kept.bytes().length === 0;
  }

  /** Whether no output is held, and none waits for room. */
  get isDrained(): boolean {
    return this.isEmpty && this.writableLength === 0;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#kept.add(chunk);
    if (this.#kept.bytes().length < mostBytes) {
      done();
    } else {
      this.#goOn = done;
    }
    this.onOutput();
  }

  /** Returns what is held, and lets the writer go on. */
  take(): Buffer {
    const bytes = this.#kept.bytes();
    this.#kept = new KeptBytes(Number.POSITIVE_INFINITY);
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
    return bytes;
  }
}
