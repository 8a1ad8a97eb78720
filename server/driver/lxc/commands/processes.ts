import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { killProcess, processIds } from "../../../support/processes";

/** A process of this host. */
export interface HostProcess {
  readonly pid: number;
  /** Its argument list. */
  readonly words: readonly string[];
}

/** Returns all processes that have an argument list, which excludes kernel threads. */
export async function processes(): Promise<HostProcess[]> {
  const found: HostProcess[] = [];
  for (const pid of await processIds()) {
    const words = await processWords(pid);
    if (words.length > 0) {
      found.push({ pid, words });
    }
  }
  return found;
}

/** Returns the argument list of a process; empty if it has ended. */
export async function processWords(pid: number): Promise<string[]> {
  const text = await unlessErrno(readFile(`/proc/${pid}/cmdline`, "utf8"), "ENOENT", "ESRCH");
  return (text ?? "").split("\0").filter((word) => word !== "");
}

/** Kills all processes of a process group. @param leader its id. A group that has ended is a success. */
export function killGroup(leader: number): void {
  killProcess(-leader);
}

/** Kills a process, and the process group that it leads if any. A process that has ended is a success. */
export function killWithGroup(pid: number): void {
  killGroup(pid);
  killProcess(pid);
}
