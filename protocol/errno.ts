import { types } from "node:util";

/**
 * Returns the system's code of a failed operation, such as `ENOENT`; empty where there is none. Not told by
 * `instanceof`: test frameworks run code in contexts whose `Error` is another one than that of Node's own errors.
 */
export function errnoOf(error: unknown): string {
  return types.isNativeError(error) && "code" in error ? String(error.code) : "";
}

/** Whether an operation failed for one of these reasons, and for no other. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errnoOf(error));
}

/** Returns the promise's value, or undefined when it failed for one of these reasons. Other failures stay failures. */
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
