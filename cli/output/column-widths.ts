/** What has to be known of a column for a place in a line. */
export interface ColumnWish {
  readonly width: number;
  /** May be cut where the line is too short. */
  readonly cuts: boolean;
  /** May be left out where the line is too short even so: the last such column first. */
  readonly yields: boolean;
}

/** What stands between two columns. */
export const gap = "  ";
/** A cut column gets no narrower than this, unless it is the last of a line that is cut. */
const leastWidth = 6;

/**
 * The widths of columns that fit into a line, 0 for those that are left out. First those are cut that may be, the
 * widest by the most; then columns are left out; last, the line ends where the room does.
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

/** Takes from the widest of those that may be cut until the line fits, or nothing is left to take. */
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
