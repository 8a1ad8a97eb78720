import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { killProcess, processIds } from "../../../support/processes";

/** A process of this host. */
export interface HostProcess {
  readonly pid: number;
  /** Its argument list. */
  readonly words: readonly string[];
}

/** All processes that have an argument list, which kernel threads have not. */
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

/** The argument list of a process; empty for one that has ended. */
export async function processWords(pid: number): Promise<string[]> {
  const text = await unlessErrno(readFile(`/proc/${pid}/cmdline`, "utf8"), "ENOENT", "ESRCH");
  return (text ?? "").split("\0").filter((word) => word !== "");
}

/** Kills all processes of the group that this one leads; gone already is success. */
export function killGroup(leader: number): void {
  killProcess(-leader);
}

/** Kills a process, and with it the group that it leads, as our commands do; gone already is success. */
export function killWithGroup(pid: number): void {
  killGroup(pid);
  killProcess(pid);
}
