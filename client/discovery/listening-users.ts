import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../protocol/errno";

const tables = ["/proc/net/tcp", "/proc/net/tcp6"];
/** The kernel's number for the state LISTEN. */
const listening = "0A";

/** Returns the ids of the users whose sockets listen at a port of this machine, at any address. */
export async function listeningUsers(port: number): Promise<number[]> {
  return (await Promise.all(tables.map(readTable))).flatMap((table) => usersIn(table, port));
}

/** Parses a table of the kernel, in which all numbers except the user id are hexadecimal. Exported for tests. */
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

/** Reads a table. Returns an empty one for IPv6 if the kernel does not support it. */
async function readTable(path: string): Promise<string> {
  return (await unlessErrno(readFile(path, "utf8"), "ENOENT")) ?? "";
}
