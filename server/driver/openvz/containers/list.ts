import { z } from "zod";
import { MccError } from "../../../../protocol/error";

/** A container in vzlist's output, whether or not it belongs to this daemon. */
export interface ListedContainer {
  readonly ctid: string;
  readonly status: string;
  readonly ipAddresses: readonly string[];
  readonly hostname: string | undefined;
  readonly name: string | undefined;
  readonly image: string | undefined;
  readonly description: string | undefined;
}

/** The description is last: only it can contain any text, so it cannot affect the fields before it. */
export const listFields = ["ctid", "status", "ip", "hostname", "name", "ostemplate", "description"] as const;

const lastField = listFields[listFields.length - 1];

const text = z
  .string()
  .nullable()
  .transform((value) => value ?? undefined);

const rowSchema = z
  .object({
    ctid: z.union([z.number(), z.string()]).transform(String),
    status: z.string(),
    ip: z.array(z.string()),
    hostname: text,
    name: text,
    ostemplate: text,
    description: text,
  })
  .transform(
    ({ ip, ostemplate, ...row }): ListedContainer => ({
      ...row,
      image: ostemplate && imageOf(ostemplate),
      ipAddresses: ip.map(withoutPrefixLength),
    }),
  );

/**
 * Parses the output of `vzlist -a -j -o …`. vzlist escapes nothing, so a quote in a description from a user makes the
 * whole list invalid JSON. Then it is parsed by its layout, with one field on each line.
 *
 * @throws MccError `engine` for an incomplete list, because a partial list proves nothing.
 */
export function parseContainerList(output: string): ListedContainer[] {
  const trimmed = output.trim();
  const json = parseJson(trimmed);
  if (json === undefined && !trimmed.endsWith("\n  }\n]")) {
    throw notAList(trimmed.length === 0 ? "nothing" : `no whole list (it ends with ${ending(trimmed)})`);
  }
  const rows = z.array(rowSchema).safeParse(json ?? readByLayout(trimmed));
  if (!rows.success) {
    throw notAList(`something else (${z.prettifyError(rows.error).replaceAll("\n", " ")})`);
  }
  return rows.data;
}

/** Returns undefined for invalid JSON. */
function parseJson(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Parses one field on each line between `  {` and `  }`. The last one, the description, continues to the row's end. */
function readByLayout(output: string): unknown[] {
  const rows = output.split(/^ {2}\{\n/m).slice(1);
  return rows.map((row) => {
    const lines = row.replace(/\n {2}\},?\n[^]*$/, "").split("\n");
    const last = lines.findIndex((line) => line.startsWith(`    "${lastField}": `));
    const fields = [...lines.slice(0, last), lines.slice(last).join("\n")];
    return Object.fromEntries(fields.map((line, index) => readField(line, index === last)));
  });
}

function readField(line: string, isLast: boolean): [string, unknown] {
  const { field = "", value = "" } = /^ {4}"(?<field>[a-z]+)": (?<value>.*)$/s.exec(line)?.groups ?? {};
  return [field, readValue(isLast ? value : value.replace(/,$/, ""))];
}

function readValue(value: string): unknown {
  return value.startsWith('"') ? unquote(value) : parseJson(value);
}

function unquote(value: string): string {
  return value.replace(/^"/, "").replace(/"$/, "");
}

/** v7 marks its templates with a dot at the beginning. */
export function imageOf(ostemplate: string): string {
  return ostemplate.replace(/^\./, "");
}

/** v7 shows addresses with their prefix length. */
function withoutPrefixLength(address: string): string {
  return address.replace(/\/.*$/, "");
}

function ending(output: string): string {
  return JSON.stringify(output.slice(-30));
}

function notAList(what: string): MccError {
  return new MccError("engine", `vzlist printed ${what} in place of a list of containers; try again.`);
}
