/**
 * Makes a function whose work is done at the first call, and whose result all callers share. A failure is not kept:
 * the next call tries again.
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
