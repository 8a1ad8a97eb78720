import { MccError, messageOf } from "../../protocol/error";

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

/** What the operating system refused, such as a write to a full disk, as an error of the engine's. */
export function asEngineError(error: unknown): unknown {
  return error instanceof Error && "errno" in error && "syscall" in error
    ? new MccError("engine", `${messageOf(error)}.`, { cause: error })
    : error;
}
