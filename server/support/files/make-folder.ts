import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";

/**
 * Makes a folder that all may pass through, and those above it that are missing. Node's own way, `recursive`, tries
 * for ever below /proc, and calls a read-only file system a missing folder (seen with Node 20).
 *
 * @returns the topmost that was made; undefined where the folder was there.
 * @throws MccError `unavailable` where the file system has no room for folders of ours, as /proc; what the system
 * says for any other reason.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  let there = path;
  while ((await unlessErrno(stat(there), "ENOENT")) === undefined) {
    missing.unshift(there);
    there = dirname(there);
  }
  for (const folder of missing) {
    await makeOne(folder);
  }
  return missing[0];
}

async function makeOne(folder: string): Promise<void> {
  try {
    // Somebody else may have made it in the meantime.
    await ensureFolder(folder, 0o755);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      throw new MccError(
        "unavailable",
        `No folder can be made in ${dirname(folder)}: its file system takes none. Give the daemon one elsewhere with --state-dir.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Makes one folder, below one that is there. Not by way of Node's `recursive`, which calls a full or read-only file
 * system a missing folder.
 *
 * @returns whether it was made; false for one that was there.
 * @throws the system's error; EEXIST where something else is in its place.
 */
export async function ensureFolder(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if (hasErrno(error, "EEXIST") && (await isFolder(path))) {
      return false;
    }
    throw error;
  }
}

/** Whether there is a folder, also by way of a link. */
export async function isFolder(path: string): Promise<boolean> {
  return (await unlessErrno(stat(path), "ENOENT", "ENOTDIR", "ELOOP"))?.isDirectory() ?? false;
}
