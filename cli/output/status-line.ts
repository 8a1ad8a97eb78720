import { printable } from "./printable";
import { cutTo } from "./text-width";

/** Says what goes on in one line of the terminal, written over and over; silent where nobody looks on. */
export class StatusLine {
  show(text: string): void {
    const { isTTY, columns } = process.stderr;
    if (isTTY) {
      // A line that wraps would be left behind by the next; a full one would make the terminal wrap as well.
      const shown = columns > 0 ? cutTo(columns - 1, printable(text)) : printable(text);
      process.stderr.write(`\r${shown}\u001b[K`);
    }
  }

  clear(): void {
    this.show("");
  }
}
