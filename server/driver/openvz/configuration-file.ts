import { readFile } from "node:fs/promises";
import { unlessErrno } from "../errno";

/** The variables of a configuration of OpenVZ's. */
export type Variables = ReadonlyMap<string, string>;

/** Lines of `NAME=value` or `NAME="value"`; of one name, the last counts: ctid.conf(5), vz.conf(5). */
export function parseVariables(text: string): Variables {
  return new Map(
    [...text.matchAll(/^\s*(?<name>[A-Z][A-Z0-9_]*)=(?<value>.*?)\s*$/gm)].map(({ groups }) => [
      groups?.["name"] ?? "",
      unquote(groups?.["value"] ?? ""),
    ]),
  );
}

/** Undefined when there is no such file. */
export async function readVariables(path: string): Promise<Variables | undefined> {
  const text = await unlessErrno(readFile(path, "utf8"), "ENOENT");
  return text === undefined ? undefined : parseVariables(text);
}

/** Inner quotes stay as they are: vzctl does not escape them either. */
function unquote(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
