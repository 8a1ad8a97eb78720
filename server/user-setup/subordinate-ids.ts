import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../protocol/errno";

/** The files that grant ids of the host to users: subuid(5), subgid(5). */
export const idFiles = ["/etc/subuid", "/etc/subgid"] as const;

/** The number of ids in a container. */
export const idCount = 65_536;
/** The ids of containers of root's daemon end before this one. */
const lowest = 165_536;

/** Returns the first of the ids that no user has: the same number for users and groups, after all others. */
export async function nextFreeIds(files: readonly string[] = idFiles): Promise<number> {
  const texts = await Promise.all(
    files.map(async (file) => (await unlessErrno(readFile(file, "utf8"), "ENOENT")) ?? ""),
  );
  const ends = texts
    .flatMap((text) => text.split("\n"))
    .map((line) => line.split(":"))
    .map(([, first, count]) => Number(first) + Number(count))
    .filter((end) => Number.isSafeInteger(end));
  const end = Math.max(lowest, ...ends);
  return Math.ceil(end / idCount) * idCount;
}

/** Returns the line that grants the ids from `first` to a user. */
export function idLine(name: string, first: number): string {
  return `${name}:${first}:${idCount}`;
}

/** Returns the text with the line at its end; unchanged if it has the line. */
export function withLine(text: string, line: string): string {
  if (text.split("\n").includes(line)) {
    return text;
  }
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

/** Returns the text without the line. */
export function withoutLine(text: string, line: string): string {
  return text
    .split("\n")
    .filter((each) => each !== line)
    .join("\n");
}
