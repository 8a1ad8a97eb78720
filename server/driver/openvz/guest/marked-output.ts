import { KeptBytes } from "../../../support/kept-bytes";

/** What comes before the mark is vzctl's, and more than this it never writes. */
const longestPreamble = 64 * 1024;

/** Takes one stream of a command in a container: vzctl's own words, the mark on a line, the command's output. */
export class MarkedOutput {
  readonly #mark: Buffer;
  readonly #kept: KeptBytes;
  #preamble: Buffer | undefined = Buffer.alloc(0);
  #words = "";

  /** @param maxBytes what comes past it is dropped. */
  constructor(mark: string, maxBytes: number) {
    this.#mark = Buffer.from(`${mark}\n`);
    this.#kept = new KeptBytes(maxBytes);
  }

  /** Whether the command has begun. */
  get begun(): boolean {
    return this.#preamble === undefined;
  }

  /** What vzctl said before the command, or in its place. */
  get words(): string {
    return this.#preamble?.toString("utf8") ?? this.#words;
  }

  get output(): Buffer {
    return this.#kept.bytes();
  }

  get truncated(): boolean {
    return this.#kept.truncated;
  }

  add(chunk: Buffer): void {
    if (this.#preamble === undefined) {
      this.#kept.add(chunk);
      return;
    }
    const text = Buffer.concat([this.#preamble, chunk]);
    const start = text.indexOf(this.#mark);
    if (start === -1) {
      this.#preamble = text.subarray(-longestPreamble);
      return;
    }
    this.#words = text.subarray(0, start).toString("utf8");
    this.#preamble = undefined;
    this.#kept.add(text.subarray(start + this.#mark.length));
  }
}
