import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { readJournal } from "../../../server/cloud/instances/records/journal-lines";

/** Returns, sorted, the ids of instances of which a state folder has a record, or anything else, and the names of strange files. */
export async function recordedIds(stateFolder: string): Promise<(number | string)[]> {
  const folder = join(stateFolder, "instances");
  const entries = (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
  const journal = await unlessErrno(readFile(join(folder, "journal")), "ENOENT");
  const own = entries
    .filter((name) => name !== "journal")
    .map((name) => (Number.isInteger(Number(name)) ? Number(name) : name));
  const recent = journal === undefined ? [] : readJournal(journal).lines.keys();
  return [...new Set([...own, ...recent])].sort();
}
