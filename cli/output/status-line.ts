import type { Io } from "../io";
import { printable } from "./printable";
import { cutTo } from "./text-width";

/** Shows the current step in one line of the terminal, which it overwrites. Prints nothing without a terminal. */
export class StatusLine {
  constructor(private readonly io: Io) {}

  show(text: string): void {
    const { isTTY, columns = 0 } = this.io.stderr;
    if (isTTY) {
      // A wrapped line would remain after the next one. A line of the full width also wraps.
      const shown = columns > 0 ? cutTo(columns - 1, printable(text)) : printable(text);
      this.io.stderr.write(`\r${shown}\u001b[K`);
    }
  }

  clear(): void {
    this.show("");
  }
}
