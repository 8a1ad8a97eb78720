/** The properties of a column that decide its width in a line. */
export interface ColumnWish {
  readonly width: number;
  /** Whether the column can be cut if the line is too short. */
  readonly cuts: boolean;
  /** Whether the column can be omitted if cutting is not enough. The last such column is omitted first. */
  readonly yields: boolean;
}

/** The text between two columns. */
export const gap = "  ";
/** The minimum width of a cut column, unless the line ends inside of it. */
const leastWidth = 6;

/**
 * Returns the widths of columns that fit into a line, and 0 for omitted columns. First it cuts columns, starting with
 * the widest; then it omits columns; at last it cuts the line itself.
 */
export function columnWidths(columns: readonly ColumnWish[], available: number): number[] {
  const widths = cutColumns(columns, available);
  if (lineWidth(widths) <= available) {
    return widths;
  }
  const next = columns.findLast(({ width, yields }) => width > 0 && yields);
  if (next === undefined) {
    return cutLine(widths, available);
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

function cutLine(widths: readonly number[], available: number): number[] {
  let free = available;
  return widths.map((wanted) => {
    const width = Math.max(0, Math.min(wanted, free));
    free -= width === 0 ? 0 : width + gap.length;
    return width;
  });
}

function lineWidth(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, gap.length * (shown.length - 1));
}
