import { statSync } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../protocol/errno";

/**
 * Whether a program is found on the PATH as it is now.
 *
 * @param alsoIn folders that are looked at, too.
 */
export function isOnPath(program: string, alsoIn: readonly string[] = []): boolean {
  return [...(process.env["PATH"] ?? "").split(":"), ...alsoIn]
    .filter((folder) => folder !== "")
    .some((folder) => isExecutable(join(folder, program)));
}

/**
 * Whether there is a program at the path that somebody may run. A folder of the PATH that this user may not enter, or
 * that is none, is passed over, as execvp(3) does.
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
