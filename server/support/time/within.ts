import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for the promise, up to a time limit.
 *
 * @param cutShort ends the wait.
 * @returns the promise's value; undefined if the time limit passed first.
 * @throws the error of a promise that was rejected in time.
 */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  cutShort?: AbortSignal,
): Promise<{ readonly value: T } | undefined> {
  const timer = new AbortController();
  const signal = cutShort === undefined ? timer.signal : AbortSignal.any([timer.signal, cutShort]);
  try {
    return await Promise.race([
      promise.then((value) => ({ value })),
      pause(milliseconds, undefined, { signal }).catch(() => undefined),
    ]);
  } finally {
    timer.abort();
  }
}
