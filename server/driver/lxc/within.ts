import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for the promise, but not longer than this.
 *
 * @returns whether it was fulfilled in time.
 * @throws what the promise throws in time.
 */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const { signal } = timer;
  try {
    return await Promise.race([promise.then(() => true), pause(milliseconds, false, { signal })]);
  } finally {
    timer.abort();
  }
}
