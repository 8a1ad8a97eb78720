import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import type { Syntax } from "./syntax";

/** The variables of an OpenVZ configuration. */
export type Variables = ReadonlyMap<string, string>;

/** Parses lines of `NAME=value` or `NAME="value"`. A backslash is removed in both: ctid.conf(5), vz.conf(5). */
export function parseVariables(text: string, syntax: Syntax): Variables {
  const variables = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, rest] = /^([^#=][^=]*)=(.*)$/s.exec(contentOf(line, syntax)) ?? [];
    const value = rest === undefined ? undefined : syntax.valueOf(rest);
    if (name !== undefined && value !== undefined) {
      variables.set(name, counted(variables.get(name), value, syntax.counting(name)));
    }
  }
  return variables;
}

/** Returns the variables in a file; undefined if it does not exist. */
export async function readVariables(path: string, syntax: Syntax): Promise<Variables | undefined> {
  const text = await unlessErrno(readFile(path, "utf8"), "ENOENT");
  return text === undefined ? undefined : parseVariables(text, syntax);
}

function contentOf(line: string, syntax: Syntax): string {
  return syntax.withoutComment(line.replace(/\\(.?)/gs, "$1")).trim();
}

function counted(before: string | undefined, value: string, counting: "all" | "first" | "last"): string {
  return before === undefined || counting === "last"
    ? value
    : counting === "first"
      ? before
      : `${before} ${value}`;
}
