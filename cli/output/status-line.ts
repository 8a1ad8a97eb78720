import { printable } from "./printable";

/** Says what goes on in one line of the terminal, written over and over; silent where nobody looks on. */
export class StatusLine {
  show(text: string): void {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${printable(text)}\u001b[K`);
    }
  }

  clear(): void {
    this.show("");
  }
}
