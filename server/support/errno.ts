import { tmpdir } from "node:os";
import { MccError, messageOf } from "../../protocol/error";
import { asEngineFault, asFileSystemFault } from "./files/file-system-fault";

/** Error codes that are not the engine's fault. */
const fileSystemCodes = ["ENOSPC", "EDQUOT", "EROFS"];
/** Folders to which engines write, too. */
const engineFolders = ["/run", "/dev/shm", tmpdir()];

/** Returns whether a file or process operation failed for one of these reasons. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/** Returns the promise's value, or undefined if it failed for one of these reasons. Other failures are thrown. */
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

/**
 * Returns an error of the operating system as one of the engine; `exhausted` or `unavailable` if a file system is full
 * or read-only, also if an engine's message reports that.
 *
 * @param folders the engine's folders, in addition to those of all engines.
 */
export function asEngineError(error: unknown, ...folders: readonly string[]): unknown {
  if (MccError.hasCode(error, "engine")) {
    return asEngineFault(error, [...folders, ...engineFolders]);
  }
  if (hasErrno(error, ...fileSystemCodes)) {
    return asFileSystemFault(error);
  }
  return error instanceof Error && "errno" in error && "syscall" in error
    ? new MccError("engine", `${messageOf(error)}.`, { cause: error })
    : error;
}
