import { lstatSync, renameSync, rmSync } from "node:fs";

/**
 * Frees the name `<path>.1`: each old log moves up by one, the oldest one is replaced, and those after it are removed.
 * Only the necessary ones move, so a rotation that fails repeatedly loses nothing. Links are moved and removed, never
 * followed.
 *
 * @throws the system's error.
 */
export function shiftOldLogs(path: string, keep: number): void {
  for (let number = keep + 1; exists(`${path}.${number}`); number += 1) {
    rmSync(`${path}.${number}`);
  }
  let free = 1;
  while (free < keep && exists(`${path}.${free}`)) {
    free += 1;
  }
  for (let number = free; number > 1; number -= 1) {
    renameSync(`${path}.${number - 1}`, `${path}.${number}`);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
