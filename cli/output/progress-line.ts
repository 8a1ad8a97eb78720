import type { Io } from "../io";
import { StatusLine } from "./status-line";

/** Counts finished items in one line of the terminal, which it overwrites. Prints nothing without a terminal. */
export class ProgressLine {
  readonly #line: StatusLine;
  #done = 0;
  #detail = "";

  /** @param what the text after the count: `3 of 20 instances ready`. */
  constructor(
    io: Io,
    private readonly total: number,
    private readonly what: string,
  ) {
    this.#line = new StatusLine(io);
    this.#show();
  }

  add(): void {
    this.#done += 1;
    this.#detail = "";
    this.#show();
  }

  /** Shows the state of one item after the count. */
  detail(text: string): void {
    this.#detail = ` (${text})`;
    this.#show();
  }

  clear(): void {
    this.#line.clear();
  }

  #show(): void {
    this.#line.show(`${this.#done} of ${this.total} ${this.what}${this.#detail}`);
  }
}
