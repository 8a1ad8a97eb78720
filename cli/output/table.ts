import { createColors } from "picocolors";
import type { Io } from "../io";
import { columnWidths, gap } from "./column-widths";
import { printable } from "./printable";
import { cutOfColumn, cutTo, widthOf } from "./text-width";

type Colour = "green" | "yellow" | "red" | "dim";

export interface Column<T> {
  readonly heading: string;
  readonly text: (row: T) => string;
  /** Marks a column that can be cut in a narrow terminal. */
  readonly cuts?: true;
  /** Marks a column that can be omitted if cutting is not enough. The last such column is omitted first. */
  readonly yields?: true;
  /** Marks a column that is never cut, because half an address or half an id is useless. */
  readonly whole?: true;
  readonly colour?: (row: T) => Colour | undefined;
}

/** The output device of a table. */
export interface Screen {
  /** The width in characters. Undefined for no limit, if a program reads the output. */
  readonly width: number | undefined;
  readonly colours: boolean;
}

/** The text of an empty cell, so that every line has the same number of columns. */
const nothing = "-";

/** Describes standard output. Only a terminal has a width and colours. */
export function standardScreen({ stdout, environment }: Io): Screen {
  // False, because undefined would make picocolors read the environment of the process.
  const isTerminal = stdout.isTTY ?? false;
  return {
    width: isTerminal ? stdout.columns || undefined : undefined,
    colours: isTerminal && !environment.NO_COLOR && environment.TERM !== "dumb",
  };
}

/** Returns the lines of a table: headings, then a line for each row. Cells that do not fit contain a `…`. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string[] {
  // A name or a comment from another user must not send control characters to the terminal.
  const cells = rows.map((row) => columns.map(({ text }) => printable(text(row)) || nothing));
  const headings = columns.map(({ heading }) => heading);
  const wishes = columns.map(({ heading, cuts = false, yields = false, whole = false }, place) => ({
    cuts,
    yields,
    whole,
    width: Math.max(heading.length, ...cells.map((row) => widthOf(row[place] ?? ""))),
  }));
  const widths = columnWidths(wishes, screen.width ?? Number.POSITIVE_INFINITY);
  const colours = createColors(screen.colours);
  const cuts = columns.map((_, place) =>
    cutOfColumn(
      cells.map((row) => row[place] ?? ""),
      widths[place] ?? 0,
    ),
  );
  const bodies = rows.map((row, index) =>
    line(cells[index] ?? [], widths, cuts, (text, place) => {
      const colour = columns[place]?.colour?.(row);
      return colour === undefined ? text : colours[colour](text);
    }),
  );
  const headingCuts = widths.map((width) => (text: string) => cutTo(width, text));
  return [line(headings, widths, headingCuts, (text) => colours.bold(text)), ...bodies];
}

function line(
  cells: readonly string[],
  widths: readonly number[],
  cuts: readonly ((text: string) => string)[],
  paint: (text: string, place: number) => string,
): string {
  const last = widths.findLastIndex((width) => width > 0);
  const shown = cells.flatMap((text, place) => {
    const width = widths[place] ?? 0;
    if (width === 0) {
      return [];
    }
    const cut = cuts[place]?.(text) ?? text;
    // Colour codes do not count as width, and the last cell needs no padding.
    return [paint(cut, place) + (place < last ? " ".repeat(width - widthOf(cut)) : "")];
  });
  return shown.join(gap);
}
