import type { Io } from "../io";
import { StatusLine } from "./status-line";

/** Counts what is done in one line of the terminal, written over and over; silent where nobody looks on. */
export class ProgressLine {
  readonly #line: StatusLine;
  #done = 0;
  #detail = "";

  /** @param what follows the count: `3 of 20 instances up`. */
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

  /** Says behind the count what one of them is at. */
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
