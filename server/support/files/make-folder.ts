import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";

/**
 * Creates a folder that all users may enter, and its missing parents. Node's `recursive` never ends below /proc, and
 * reports a read-only file system as a missing folder (seen with Node 20).
 *
 * @returns the topmost folder that was created; undefined if the folder existed.
 * @throws MccError `unavailable` if the file system does not support folders, such as /proc; the system's error for any
 * other reason.
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
    // Another process may have created it in the meantime.
    await ensureFolder(folder, 0o755);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      throw new MccError(
        "unavailable",
        `No folder can be created in ${dirname(folder)} because its file system does not support it. Choose another folder with --state-dir.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Creates one folder in an existing one. Without Node's `recursive`, which reports a full or read-only file system as a
 * missing folder.
 *
 * @returns whether it was created; false if it existed.
 * @throws the system's error; EEXIST if another entry is in its place.
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

/** Returns whether a folder exists, also through a link. */
export async function isFolder(path: string): Promise<boolean> {
  return (await unlessErrno(stat(path), "ENOENT", "ENOTDIR", "ELOOP"))?.isDirectory() ?? false;
}
