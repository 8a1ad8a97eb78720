import type { Moment } from "./moment";

const mostKept = 1000;

/** What a test did with its hosts that is no event of the daemon: the latest of it. */
export class Acts {
  readonly #moments: Moment[] = [];

  all(): readonly Moment[] {
    return this.#moments;
  }

  /** Notes how a command ended. @param now the time by the clock of the daemon. */
  note(now: number, who: string, what: string): void {
    this.#moments.push({ atMs: now, who, what });
    if (this.#moments.length > mostKept) {
      this.#moments.shift();
    }
  }
}

/** Returns a command in a form that is short enough for a line. */
export function shownCommand(command: readonly string[]): string {
  const line = command.join(" ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
