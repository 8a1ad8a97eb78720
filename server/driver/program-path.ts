import { statSync } from "node:fs";
import { join } from "node:path";

/** Whether a program is found on the PATH as it is now. */
export function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => folder !== "")
    .some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0;
}
