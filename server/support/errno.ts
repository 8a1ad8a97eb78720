import { tmpdir } from "node:os";
import { MccError, messageOf } from "../../protocol/error";
import { asEngineFault, asFileSystemFault } from "./files/file-system-fault";

/** What no engine is to blame for. */
const fileSystemCodes = ["ENOSPC", "EDQUOT", "EROFS"];
/** Where engines write, too. */
const engineFolders = ["/run", "/dev/shm", tmpdir()];

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

/**
 * What the operating system refused, as an error of the engine's; `exhausted` or `unavailable` where a file system is
 * full or read-only, also where an engine's words tell so.
 *
 * @param folders where the engine writes, besides where all do.
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
