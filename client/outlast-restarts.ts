import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../protocol/error";
import { ConnectionError } from "./connection-error";

const defaultPatienceMs = 60_000;
const pauseMs = 500;

/**
 * Makes an attempt, and makes it again for as long as the daemon is being restarted meanwhile.
 *
 * @param repeatable whether a second attempt takes up what a first one left, instead of doing it twice.
 * @param patienceMs how long a daemon that was lost may take to come back. Default: 60 seconds.
 * @param attempt calls `answered` when the daemon has taken on what was asked.
 * @throws what the last attempt failed with; from a daemon that never answered that is the first one.
 */
export async function outlastRestarts<T>(
  repeatable: boolean,
  patienceMs = defaultPatienceMs,
  attempt: (answered: () => void) => Promise<T>,
): Promise<T> {
  let met = false;
  let lostSinceMs: number | undefined;
  let backSinceMs: number | undefined;
  const answered = (): void => {
    met = true;
    backSinceMs = Date.now();
  };
  for (;;) {
    try {
      return await attempt(answered);
    } catch (error) {
      met ||= !ConnectionError.isInstance(error) || error.reached;
      // One that dies of each attempt anew is not back.
      if (backSinceMs !== undefined && Date.now() - backSinceMs >= patienceMs) {
        lostSinceMs = undefined;
      }
      backSinceMs = undefined;
      lostSinceMs ??= Date.now();
      const mayComeBack =
        met && MccError.hasCode(error, "unavailable") && Date.now() - lostSinceMs < patienceMs;
      if (!mayComeBack || !repeatable) {
        throw error;
      }
      await pause(pauseMs);
    }
  }
}
