import { chmodSync, mkdirSync } from "node:fs";
import { chmod, mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrno } from "../errno";

/**
 * Makes a folder that the containers' user ids may pass through, whatever this process's umask is.
 *
 * @throws the error with the code EEXIST when it is there.
 */
export function makePassable(folder: string): void {
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** The same with the folders above it; there already is success. */
export async function ensurePassable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made)) {
    await chmod(made, 0o755);
  }
}

/** Removes a folder and those above it, up to and with `top`, as far as they are empty. */
export async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let next = folder; next.startsWith(top); next = dirname(next)) {
    try {
      await rmdir(next);
    } catch (error) {
      if (hasErrno(error, "ENOTEMPTY", "EBUSY")) {
        return;
      }
      if (!hasErrno(error, "ENOENT")) {
        throw error;
      }
    }
  }
}
