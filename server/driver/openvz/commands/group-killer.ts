import type { Launcher } from "./launcher";

/** Ends a process that leads its own group. */
export interface GroupKiller {
  /** Whether the process was killed: the time limit passed, or the signal was aborted. */
  killed(): boolean;
  clear(): void;
}

/**
 * Kills the whole group after the time limit, or when the signal is aborted, also if the leader has ended by then.
 *
 * @param onKill is called then. Default: nothing is.
 */
export function groupKiller(
  leader: number | undefined,
  timeoutMs: number,
  launcher: Pick<Launcher, "kill">,
  signal?: AbortSignal,
  onKill: () => void = () => undefined,
): GroupKiller {
  let killed = false;
  const kill = (): void => {
    killed = true;
    if (leader !== undefined) {
      launcher.kill(leader);
    }
    onKill();
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
