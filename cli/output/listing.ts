import { flag } from "../values";
import { print } from "./print";
import { type Column, standardScreen, tableLines } from "./table";

/** How a command shows what it lists, in each of the forms that users can ask for. */
export interface Layout<T> {
  readonly columns: readonly Column<T>[];
  /** What `--quiet` prints of a row: what other commands take to name it. */
  readonly id: (row: T) => string;
  /** The layout of the first MiniCloud, which scripts may read. */
  readonly classic: { readonly heading?: string; readonly line: (row: T) => string };
}

/** The options that choose a form; without one, it is a table. */
export const formOptions = {
  quiet: {
    syntax: "-q, --quiet",
    help: "print only the ids or names",
    value: flag,
    excludes: ["json", "classic"],
  },
  json: { syntax: "--json", help: "print JSON, whole", value: flag, excludes: ["classic"] },
  classic: { syntax: "--classic", help: "print in the layout of the first MiniCloud", value: flag },
} as const;

export interface Form {
  readonly quiet: boolean;
  readonly json: boolean;
  readonly classic: boolean;
}

export function printListing<T>(rows: readonly T[], form: Form, layout: Layout<T>): void {
  listingLines(rows, form, layout).forEach(print);
}

function listingLines<T>(rows: readonly T[], form: Form, layout: Layout<T>): string[] {
  if (form.json) {
    return [JSON.stringify(rows, undefined, 2)];
  }
  if (form.quiet) {
    return rows.map(layout.id);
  }
  if (form.classic) {
    const { heading, line } = layout.classic;
    return [...(heading === undefined ? [] : [heading]), ...rows.map(line)];
  }
  return tableLines(rows, layout.columns, standardScreen());
}
