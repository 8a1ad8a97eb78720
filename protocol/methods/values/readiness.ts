import * as z from "zod";
import type { PlainReadiness } from "../../types/readiness";

const portSchema = z.int().min(1).max(65_535);

/**
 * The schema and texts of one kind of rung. The daemon has its probe, and the CLI has its form on the command line.
 */
interface RungRow<S extends z.ZodType> {
  readonly schema: S;
  /** The allowed form, for messages. */
  readonly form: string;
  /** Returns the text of the rung, for messages. */
  readonly text: (rung: z.output<S>) => string;
  /** The text without the program's own values, which can contain a secret. Default: the text. */
  readonly kind?: string;
}

function plain<W extends PlainReadiness>(word: W): RungRow<z.ZodLiteral<W>> {
  return { schema: z.literal(word), form: `"${word}"`, text: () => word };
}

function row<S extends z.ZodType>(rung: RungRow<S>): RungRow<S> {
  return rung;
}

/**
 * The kinds of rungs that an instance must reach before it is ready. The key of a row is the word itself, or the
 * member that only this kind of struct has.
 */
const rungTable = {
  running: plain("running"),
  address: plain("address"),
  ssh: plain("ssh"),
  /** A server accepts a connection at this port. */
  tcp: row({
    schema: z.strictObject({ tcp: portSchema }),
    form: "{tcp: port}",
    text: ({ tcp }) => `tcp ${tcp}`,
  }),
  /** A web server answers a GET request of the path with the status. */
  http: row({
    schema: z.strictObject({
      http: z
        .string()
        .regex(/^\/[\x21-\x7e]*$/, "a path starts with / and has no spaces")
        .max(2048),
      port: portSchema.default(80),
      status: z.int().min(100).max(599).default(200),
    }),
    form: "{http: path, port, status}",
    text: ({ http, port }) => `http :${port}${http}`,
    kind: "http",
  }),
  /** A command that runs as root in the instance exits with 0. */
  command: row({
    schema: z.strictObject({
      command: z
        .array(z.string().regex(/^[^\0]*$/, "an argument has no NUL character"))
        .min(1)
        .max(64),
    }),
    form: "{command: [arguments]}",
    text: ({ command }) => `command ${shortened(command.join(" "))}`,
    kind: "command",
  }),
};

export type RungKind = keyof typeof rungTable;
export type RungOf<K extends RungKind> = z.output<(typeof rungTable)[K]["schema"]>;
export type Rung = RungOf<RungKind>;

/** A table with one entry for each kind of rung. It does not compile without an entry for a new row. */
export type ByRungKind<R> = { readonly [K in RungKind]: (rung: RungOf<K>) => R };

const rows = Object.values(rungTable);
const forms = rows.map(({ form }) => form);

/** Checks one rung. */
export const rungSchema = z.union(
  rows.map(({ schema }) => schema),
  `expected ${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}`,
);

/** Checks one or several rungs, in the order in which they must be reached. */
export const waitForSchema = z
  .union(
    [rungSchema, z.array(rungSchema).min(1).max(16)],
    `expected ${forms.join(", ")}, or a list of 1 to 16 of them`,
  )
  .transform((given): Rung[] => (Array.isArray(given) ? given : [given]));

export function isRungKind(word: string): word is RungKind {
  return Object.hasOwn(rungTable, word);
}

/** Calls the entry for the rung's kind. */
export function byRungKind<R>(rung: Rung, entries: ByRungKind<R>): R {
  return callEntry(kindOf(rung), rung, entries);
}

function callEntry<K extends RungKind, R>(kind: K, rung: RungOf<K>, entries: ByRungKind<R>): R {
  return entries[kind](rung);
}

function kindOf(rung: Rung): RungKind {
  const [kind] = typeof rung === "string" ? [rung] : Object.keys(rung).filter(isRungKind);
  if (kind === undefined) {
    throw new Error("no row of the table describes this rung");
  }
  return kind;
}

/** Returns the text of a rung for messages, on one line: `ssh`, `tcp 80`, `http :80/health`. */
export function rungText(rung: Rung): string {
  return textOfKind(kindOf(rung), rung);
}

function textOfKind<K extends RungKind>(kind: K, rung: RungOf<K>): string {
  const rowsByKind: { readonly [P in RungKind]: { readonly text: (rung: RungOf<P>) => string } } = rungTable;
  return rowsByKind[kind].text(rung);
}

/** Returns the text without the values of the program, which can contain a secret: `http`, `command`. */
export function rungKind(rung: Rung): string {
  const described: { readonly kind?: string } = rungTable[kindOf(rung)];
  return described.kind ?? rungText(rung);
}

const longestCommandText = 80;

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > longestCommandText ? `${line.slice(0, longestCommandText)}…` : line;
}
