import type { Io } from "../io";

const clearScreen = "\u001b[2J";
const toTop = "\u001b[H";
const clearRestOfLine = "\u001b[K";
const clearRestOfScreen = "\u001b[J";

/** Shows lines in place of the earlier ones on a terminal. Elsewhere, prints them below, after an empty line. */
export class LiveLines {
  #isShown = false;

  constructor(private readonly io: Io) {}

  /** @param lines those that do not fit into the terminal are omitted, and counted in the last line. */
  show(lines: readonly string[]): void {
    const { isTTY, rows = 0 } = this.io.stdout;
    if (isTTY) {
      const fitting = fit(lines, rows - 1);
      const text = fitting.map((line) => `${line}${clearRestOfLine}\n`).join("");
      this.io.stdout.write(`${this.#isShown ? "" : clearScreen}${toTop}${text}${clearRestOfScreen}`);
    } else {
      (this.#isShown ? ["", ...lines] : lines).forEach((line) => this.io.print(line));
    }
    this.#isShown = true;
  }
}

function fit(lines: readonly string[], most: number): readonly string[] {
  return most < 2 || lines.length <= most
    ? lines
    : [...lines.slice(0, most - 1), `${lines.length - most + 1} more do not fit.`];
}
