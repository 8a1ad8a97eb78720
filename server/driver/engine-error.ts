import { tmpdir } from "node:os";
import { hasErrno } from "../../protocol/errno";
import { MccError, messageOf } from "../../protocol/error";
import { asEngineFault, asFileSystemFault } from "../support/files/file-system-fault";

/** What no engine is to blame for. */
const fileSystemCodes = ["ENOSPC", "EDQUOT", "EROFS"];
/** Where engines write, too. */
const engineFolders = ["/run", "/dev/shm", tmpdir()];

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
