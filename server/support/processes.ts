import { readdir, readFile } from "node:fs/promises";
import { hasErrno, unlessErrno } from "../../protocol/errno";

/** What the kernel tells about a process: fields of proc_pid_stat(5). */
export interface ProcessState {
  /** `Z` for one that has ended, and whose parent has not read its exit code yet. */
  readonly state: string;
  /** Its process group. */
  readonly group: number;
  /** In clock ticks since the boot, which tells a process from a later one with the same id. */
  readonly startTime: string;
}

/** Returns the state of a process; undefined where there is none. */
export async function processState(pid: number): Promise<ProcessState | undefined> {
  const stat = await unlessErrno(readFile(`/proc/${pid}/stat`, "utf8"), "ENOENT", "ESRCH");
  // The program's name comes before, and may contain anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const [state, , group] = fields;
  return state === undefined || group === undefined
    ? undefined
    : { state, group: Number(group), startTime: fields[19] ?? "" };
}

/** Returns the ids of all processes. */
export async function processIds(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** @param pid that of a process, or a group's with a minus. One that has ended already is no failure. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!hasErrno(error, "ESRCH")) {
      throw error;
    }
  }
}
