/** True when a file or process operation failed for one of these reasons, and for no other. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/** The promise's value, or undefined when it failed for one of these reasons. Other failures stay failures. */
export async function unlessErrno<T>(
  promise: Promise<T>,
  ...codes: readonly string[]
): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (hasErrno(error, ...codes)) {
      return undefined;
    }
    throw error;
  }
}
