/** The properties of a column that decide its width in a line. */
export interface ColumnWish {
  readonly width: number;
  /** Whether the column can be cut if the line is too short. */
  readonly cuts: boolean;
  /** Whether the column can be omitted if cutting is not enough. The last such column is omitted first. */
  readonly yields: boolean;
  /** Whether the column is never cut, not even at the end of the line: then it is omitted. */
  readonly whole: boolean;
}

/** The text between two columns. */
export const gap = "  ";
/** The minimum width of a cut column, unless the line ends inside of it. */
const leastWidth = 6;

/**
 * Returns the widths of columns that fit into a line, and 0 for omitted columns. First it cuts columns, starting with
 * the widest; then it omits columns; at last it cuts the line itself, except columns that must stay whole.
 */
export function columnWidths(columns: readonly ColumnWish[], available: number): number[] {
  const widths = cutColumns(columns, available);
  if (lineWidth(widths) <= available) {
    return widths;
  }
  const next = columns.findLast(({ width, yields }) => width > 0 && yields);
  if (next === undefined) {
    return cutLine(columns, widths, available);
  }
  return columnWidths(
    columns.map((column) => (column === next ? { ...column, width: 0 } : column)),
    available,
  );
}

/** Reduces the widest column that can be cut, until the line fits or all of them have the minimum width. */
function cutColumns(columns: readonly ColumnWish[], available: number): number[] {
  const widths = columns.map(({ width }) => width);
  const cuts = (place: number): boolean => columns[place]?.cuts ?? false;
  while (lineWidth(widths) > available) {
    const widest = Math.max(...widths.filter((_, place) => cuts(place)));
    if (widest <= leastWidth) {
      break;
    }
    widths[widths.findLastIndex((width, place) => cuts(place) && width === widest)] = widest - 1;
  }
  return widths;
}

/** Gives the columns that stay whole their width first, and the other ones what is left, from left to right. */
function cutLine(columns: readonly ColumnWish[], widths: readonly number[], available: number): number[] {
  let free = available + gap.length;
  const take = (wanted: number, isWhole: boolean): number => {
    const fitting = Math.min(wanted, free - gap.length);
    const width = fitting < 1 || (isWhole && fitting < wanted) ? 0 : fitting;
    free -= width === 0 ? 0 : width + gap.length;
    return width;
  };
  const whole = widths.map((width, place) =>
    columns[place]?.whole === true ? take(width, true) : undefined,
  );
  return widths.map((width, place) => whole[place] ?? take(width, false));
}

function lineWidth(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, gap.length * (shown.length - 1));
}
