import { hasErrno } from "../errno";

/** The time limit of a process that leads a group of its own. */
export interface GroupKiller {
  /** Whether the limit ran out. */
  killed(): boolean;
  clear(): void;
}

/** Kills the whole group when the time is over. */
export function groupKiller(leader: number | undefined, timeoutMs: number): GroupKiller {
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    if (leader !== undefined) {
      killProcess(-leader);
    }
  }, timeoutMs);
  return { killed: () => killed, clear: () => clearTimeout(timer) };
}

/** @param pid that of a process, or a group's with a minus. Gone already is success. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!hasErrno(error, "ESRCH")) {
      throw error;
    }
  }
}
