import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for the promise, but not longer than this.
 *
 * @param cutShort ends the time.
 * @returns what it was fulfilled with; undefined when the time was over first.
 * @throws what the promise throws in time.
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
