import { createColors } from "picocolors";
import type { Io } from "../io";
import { columnWidths, gap } from "./column-widths";
import { printable } from "./printable";
import { cutTo, widthOf } from "./text-width";

type Colour = "green" | "yellow" | "red" | "dim";

export interface Column<T> {
  readonly heading: string;
  readonly text: (row: T) => string;
  /** May be cut where the terminal is too narrow; half an address or half an id is worth nothing. */
  readonly cuts?: true;
  /** May be left out where cutting is not enough: the last such column first. */
  readonly yields?: true;
  readonly colour?: (row: T) => Colour | undefined;
}

/** What a table is shown on. */
export interface Screen {
  /** Undefined: as wide as it gets, for programs that read it. */
  readonly width: number | undefined;
  readonly colours: boolean;
}

/** What stands in a cell with nothing in it, so that a line still reads by columns. */
const nothing = "-";

/** Standard output: cut and coloured for a terminal only. */
export function standardScreen({ stdout, environment }: Io): Screen {
  // False, as undefined would make picocolors judge by the environment of the process.
  const isTerminal = stdout.isTTY ?? false;
  return {
    width: isTerminal ? stdout.columns || undefined : undefined,
    colours: isTerminal && !environment.NO_COLOR && environment.TERM !== "dumb",
  };
}

/** The lines of a table: a heading, then a line a row, aligned; what does not fit ends in `…` or is left out. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string[] {
  // A name or a comment of someone else's must not command the terminal.
  const cells = rows.map((row) => columns.map(({ text }) => printable(text(row)) || nothing));
  const headings = columns.map(({ heading }) => heading);
  const wishes = columns.map(({ heading, cuts = false, yields = false }, place) => ({
    cuts,
    yields,
    width: Math.max(heading.length, ...cells.map((row) => widthOf(row[place] ?? ""))),
  }));
  const widths = columnWidths(wishes, screen.width ?? Number.POSITIVE_INFINITY);
  const colours = createColors(screen.colours);
  const bodies = rows.map((row, index) =>
    line(cells[index] ?? [], widths, (text, place) => {
      const colour = columns[place]?.colour?.(row);
      return colour === undefined ? text : colours[colour](text);
    }),
  );
  return [line(headings, widths, (text) => colours.bold(text)), ...bodies];
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  paint: (text: string, place: number) => string,
): string {
  const last = widths.findLastIndex((width) => width > 0);
  const shown = cells.flatMap((text, place) => {
    const width = widths[place] ?? 0;
    if (width === 0) {
      return [];
    }
    const cut = cutTo(width, text);
    // The colour must not count, and blanks at the end of a line help nobody.
    return [paint(cut, place) + (place < last ? " ".repeat(width - widthOf(cut)) : "")];
  });
  return shown.join(gap);
}
