/**
 * Returns a function that does the work at the first call. All callers share the result. A failure is not kept: the
 * next call tries again.
 */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => {
    const current = (result ??= work());
    try {
      return await current;
    } catch (error) {
      if (result === current) {
        result = undefined;
      }
      throw error;
    }
  };
}
