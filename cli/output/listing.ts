import type { Client } from "../../client/client";
import type { Io } from "../io";
import { flag } from "../parameters/values";
import { type Column, type Screen, standardScreen, tableLines } from "./table";

/** A column whose text can depend on the time of the daemon's clock. */
type TimedColumn<T> = Omit<Column<T>, "text"> & {
  readonly text: (row: T, nowMs: number) => string;
  /** The column is shown only if this holds for a row. Default: always. */
  readonly neededBy?: (row: T) => boolean;
};

/** The layout of a list, in each of the output forms. */
export interface Layout<T> {
  readonly columns: readonly TimedColumn<T>[];
  /** Returns the id or name that `--quiet` prints and other commands accept. */
  readonly id: (row: T) => string;
  /** What is listed, if it belongs to accounts: `instances`. A user sees only its own, and is told so. */
  readonly owned?: string;
  /** The layout of the first MiniCloud, which old scripts parse. */
  readonly classic: { readonly heading?: string; readonly line: (row: T) => string };
}

/** The options that select an output form. The default is a table. */
export const formOptions = {
  quiet: {
    syntax: "-q, --quiet",
    help: "print only ids or names",
    value: flag,
    excludes: ["json", "classic"],
  },
  json: { syntax: "--json", help: "print all fields as JSON", value: flag, excludes: ["classic"] },
  classic: { syntax: "--classic", help: "print in the layout of the first MiniCloud", value: flag },
} as const;

export interface Form {
  readonly quiet: boolean;
  readonly json: boolean;
  readonly classic: boolean;
}

/** Prints the rows. @param client the daemon of the rows; its clock decides how much time is left. */
export async function printListing<T>(
  io: Io,
  client: Client,
  rows: readonly T[],
  form: Form,
  layout: Layout<T>,
): Promise<void> {
  const nowMs = await client.now();
  listingLines(rows, form, layout, nowMs, standardScreen(io)).forEach((line) => io.print(line));
  await noteOwned(io, client, layout);
}

/** Tells a user that the list has only its own. */
export async function noteOwned(io: Io, client: Client, layout: Pick<Layout<never>, "owned">): Promise<void> {
  const { caller } = await client.info();
  if (layout.owned !== undefined && caller?.role === "user") {
    io.note(
      `Only the ${layout.owned} of the account "${caller.account}" are shown: your token has the role user.`,
    );
  }
}

/** Returns the lines of a list in the form that the user selected. */
export function listingLines<T>(
  rows: readonly T[],
  form: Form,
  layout: Layout<T>,
  nowMs: number,
  screen: Screen,
): string[] {
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
  const columns = layout.columns
    .filter(({ neededBy }) => neededBy === undefined || rows.some(neededBy))
    .map((column) => ({ ...column, text: (row: T) => column.text(row, nowMs) }));
  return tableLines(rows, columns, screen);
}
