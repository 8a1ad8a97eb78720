import { statSync } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../protocol/errno";

/**
 * Returns whether the current PATH contains a program.
 *
 * @param alsoIn additional folders.
 */
export function isOnPath(program: string, alsoIn: readonly string[] = []): boolean {
  return [...(process.env["PATH"] ?? "").split(":"), ...alsoIn]
    .filter((folder) => folder !== "")
    .some((folder) => isExecutable(join(folder, program)));
}

/**
 * Returns whether the path is a program that some user may run. Like execvp(3), it skips a folder of the PATH that this
 * user may not enter, and an entry that is not a folder.
 */
export function isExecutable(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && (stats.mode & 0o111) !== 0;
  } catch (error) {
    if (hasErrno(error, "EACCES", "ENOTDIR", "ELOOP", "ENAMETOOLONG")) {
      return false;
    }
    throw error;
  }
}
