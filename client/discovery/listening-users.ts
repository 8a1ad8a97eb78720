import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../protocol/errno";

const tables = ["/proc/net/tcp", "/proc/net/tcp6"];
/** The kernel's number for the state LISTEN. */
const listening = "0A";

/** The ids of the users whose sockets listen at a port of this machine, whatever their address; empty when none does. */
export async function listeningUsers(port: number): Promise<number[]> {
  return (await Promise.all(tables.map(readTable))).flatMap((table) => usersIn(table, port));
}

/** Exported for tests: a table of the kernel's, in which all but the user id is hexadecimal. */
export function usersIn(table: string, port: number): number[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, local = "", , state]) =>
        state === listening && Number.parseInt(local.replace(/^.*:/, ""), 16) === port,
    )
    .map((fields) => Number(fields[7]));
}

/** A kernel without IPv6 has no table of it. */
async function readTable(path: string): Promise<string> {
  return (await unlessErrno(readFile(path, "utf8"), "ENOENT")) ?? "";
}
