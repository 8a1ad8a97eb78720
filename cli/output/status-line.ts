import type { Io } from "../io";
import { printable } from "./printable";
import { cutTo } from "./text-width";

/** Says what goes on in one line of the terminal, written over and over; silent where nobody looks on. */
export class StatusLine {
  constructor(private readonly io: Io) {}

  show(text: string): void {
    const { isTTY, columns = 0 } = this.io.stderr;
    if (isTTY) {
      // A line that wraps would be left behind by the next; a full one would make the terminal wrap as well.
      const shown = columns > 0 ? cutTo(columns - 1, printable(text)) : printable(text);
      this.io.stderr.write(`\r${shown}\u001b[K`);
    }
  }

  clear(): void {
    this.show("");
  }
}
