import { isatty } from "node:tty";
import { createColors } from "picocolors";
import { printable } from "./printable";

type Colour = "green" | "yellow" | "red" | "dim";

export interface Column<T> {
  readonly heading: string;
  readonly text: (row: T) => string;
  /** May be cut where the terminal is too narrow; half an address or half an id is worth nothing. */
  readonly cuts?: true;
  readonly colour?: (row: T) => Colour | undefined;
}

/** What a table is shown on. */
export interface Screen {
  /** Undefined: as wide as it gets, for programs that read it. */
  readonly width: number | undefined;
  readonly colours: boolean;
}

const gap = "  ";
/** A cut column gets no narrower than this. */
const leastWidth = 6;

/** Standard output: cut and coloured for a terminal only. */
export function standardScreen(): Screen {
  // Not `isTTY`: that is undefined away from terminals, and picocolors then judges by the environment.
  const isTerminal = isatty(process.stdout.fd);
  return {
    width: isTerminal ? process.stdout.columns : undefined,
    colours: isTerminal && !process.env.NO_COLOR && process.env.TERM !== "dumb",
  };
}

/** The lines of a table: a heading, then a line a row, aligned; what does not fit ends in `…`. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string[] {
  // A name or a comment of someone else's must not command the terminal.
  const cells = rows.map((row) => columns.map(({ text }) => printable(text(row))));
  const headings = columns.map(({ heading }) => heading);
  const wanted = headings.map((heading, place) =>
    Math.max(heading.length, ...cells.map((row) => row[place]?.length ?? 0)),
  );
  const widths = fit(
    wanted,
    columns.map(({ cuts }) => cuts ?? false),
    screen.width ?? Number.POSITIVE_INFINITY,
  );
  const colours = createColors(screen.colours);
  const bodies = rows.map((row, index) =>
    line(cells[index] ?? [], widths, (text, place) => {
      const colour = columns[place]?.colour?.(row);
      return colour === undefined ? text : colours[colour](text);
    }),
  );
  return [line(headings, widths, (text) => colours.bold(text)), ...bodies];
}

/** Takes from the widest of the columns that may be cut until a line fits, or nothing is left to take. */
function fit(wanted: readonly number[], cuts: readonly boolean[], available: number): number[] {
  const widths = [...wanted];
  const total = (): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  while (total() > available) {
    const widest = Math.max(...widths.filter((_, place) => cuts[place]));
    if (widest <= leastWidth) {
      break;
    }
    widths[widths.findLastIndex((width, place) => cuts[place] && width === widest)] = widest - 1;
  }
  return widths;
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  paint: (text: string, place: number) => string,
): string {
  const padded = cells.map((text, place) => {
    const width = widths[place] ?? text.length;
    const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
    // The colour must not count, and blanks at the end of a line help nobody.
    return paint(shown, place) + (place < cells.length - 1 ? " ".repeat(width - shown.length) : "");
  });
  return padded.join(gap).trimEnd();
}
