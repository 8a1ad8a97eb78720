import { statSync } from "node:fs";
import { join } from "node:path";

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

function isExecutable(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0;
}
