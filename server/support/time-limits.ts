/** The time by which all of a piece of work must be done, on a clock that nobody sets. */
export class Deadline {
  readonly #endMs: number;

  constructor(readonly timeoutMs: number) {
    this.#endMs = performance.now() + timeoutMs;
  }

  /** 0 when it is over. */
  get leftMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }
}

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
  let end = (): void => undefined;
  const over = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
  });
  const timer = setTimeout(end, milliseconds).unref();
  cutShort?.addEventListener("abort", end);
  if (cutShort?.aborted === true) {
    end();
  }
  try {
    return await Promise.race([over, promise.then((value) => ({ value }))]);
  } finally {
    clearTimeout(timer);
    cutShort?.removeEventListener("abort", end);
  }
}

/**
 * Waits for the work, but not longer than this.
 *
 * @returns whether it has ended in time.
 * @throws what it throws in time.
 */
export async function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  return (await within(milliseconds, work)) !== undefined;
}

/**
 * The work's result, or the reason of the signal as soon as that is given: the work then goes on, and what becomes of
 * it does not matter any more.
 */
export async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    signal.addEventListener("abort", onAbort);
    stopListening = () => signal.removeEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    stopListening();
  }
}
