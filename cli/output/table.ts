import { createColors } from "picocolors";

type Colour = "green" | "yellow" | "red" | "dim";

export interface Column<T> {
  readonly heading: string;
  readonly text: (row: T) => string;
  readonly colour?: (row: T) => Colour;
}

/** What a table is shown on. */
export interface Screen {
  /** Undefined: as wide as it gets, for programs that read it. */
  readonly width: number | undefined;
  readonly colours: boolean;
}

const gap = "  ";
/** No column gets narrower than this. */
const least = 6;

/** Standard output: cut and coloured for a terminal only. */
export function standardScreen(): Screen {
  const { isTTY, columns } = process.stdout;
  return {
    width: isTTY ? columns : undefined,
    colours: isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb",
  };
}

/** The lines of a table: a heading, then a line a row, aligned; what does not fit ends in `…`. */
export function tableLines<T>(rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string[] {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const headings = columns.map(({ heading }) => heading);
  const widths = fit(
    headings.map((heading, index) =>
      Math.max(heading.length, ...cells.map((line) => line[index]?.length ?? 0)),
    ),
    screen.width,
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

/** Takes from the widest columns until the line fits. */
function fit(widths: number[], available: number | undefined): number[] {
  const fitted = [...widths];
  const total = (): number => fitted.reduce((sum, width) => sum + width, gap.length * (fitted.length - 1));
  while (available !== undefined && total() > available) {
    const widest = Math.max(...fitted);
    if (widest <= least) {
      break;
    }
    fitted[fitted.lastIndexOf(widest)] = widest - 1;
  }
  return fitted;
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
