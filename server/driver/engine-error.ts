import { tmpdir } from "node:os";
import { hasErrno } from "../../protocol/errno";
import { MccError, messageOf } from "../../protocol/error";
import { asEngineFault, asFileSystemFault } from "../support/files/file-system-fault";

/** Error codes that are not the engine's fault. */
const fileSystemCodes = ["ENOSPC", "EDQUOT", "EROFS"];
/** Folders to which engines write, too. */
const engineFolders = ["/run", "/dev/shm", tmpdir()];

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
