import type { KeptBytes } from "../../../support/kept-bytes";

/** The maximal size of vzctl's output before the mark. vzctl never writes more. */
const longestPreamble = 64 * 1024;

/** Splits one stream of a command in a container: vzctl's messages, a line with the mark, the command's output. */
export class MarkedOutput {
  readonly #mark: Buffer;
  readonly #kept: Pick<KeptBytes, "add" | "bytes" | "truncated">;
  readonly #onBegin: () => void;
  #preamble: Buffer | undefined = Buffer.alloc(0);
  #words = "";

  /**
   * @param kept keeps the output, or passes it on.
   * @param onBegin is called when the command has started. Default: nothing is.
   */
  constructor(
    mark: string,
    kept: Pick<KeptBytes, "add" | "bytes" | "truncated">,
    onBegin: () => void = () => undefined,
  ) {
    this.#mark = Buffer.from(`${mark}\n`);
    this.#kept = kept;
    this.#onBegin = onBegin;
  }

  /** Whether the command has started. */
  get begun(): boolean {
    return this.#preamble === undefined;
  }

  /** The messages of vzctl before the command, or instead of it. */
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
    this.#onBegin();
    this.#kept.add(text.subarray(start + this.#mark.length));
  }
}
