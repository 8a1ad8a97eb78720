/** What has to be known of a column for a place in a line. */
export interface ColumnWish {
  readonly width: number;
  /** May be cut where the line is too short. */
  readonly cuts: boolean;
  /** Left out where the line is too short all the same: the column with the lowest number first. */
  readonly yields: number | undefined;
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
  const yielding = columns.flatMap(({ width, yields }) => (width > 0 ? (yields ?? []) : []));
  if (yielding.length === 0) {
    return cutLine(widths, available);
  }
  const next = Math.min(...yielding);
  return columnWidths(
    columns.map((column) => (column.yields === next ? { ...column, width: 0 } : column)),
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
