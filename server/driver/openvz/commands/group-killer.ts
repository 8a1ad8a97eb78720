import { killProcess } from "../../../support/processes";

/** What ends a process that leads a group of its own. */
export interface GroupKiller {
  /** Whether the limit ran out, or the signal came. */
  killed(): boolean;
  clear(): void;
}

/** Kills the whole group when the time is over, or at the signal. */
export function groupKiller(
  leader: number | undefined,
  timeoutMs: number,
  signal?: AbortSignal,
): GroupKiller {
  let killed = false;
  const kill = (): void => {
    killed = true;
    if (leader !== undefined) {
      killProcess(-leader);
    }
  };
  const timer = setTimeout(kill, timeoutMs);
  signal?.addEventListener("abort", kill);
  if (signal?.aborted === true) {
    kill();
  }
  return {
    killed: () => killed,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
    },
  };
}
