import { chmodSync, constants, mkdirSync, readdirSync } from "node:fs";
import { chmod, type FileHandle, open, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { ensureFolder } from "../../../support/files/make-folder";
import { containerRoot } from "../commands/command";

/**
 * Creates a folder that the containers' user ids may enter, whatever this process's umask is.
 *
 * @throws the error with the code EEXIST if it exists.
 */
export function makePassable(folder: string): void {
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** Creates such a folder and its missing parents. An existing folder is a success. */
export async function ensurePassable(folder: string): Promise<void> {
  if (await ensureFolder(folder, 0o755)) {
    await chmod(folder, 0o755);
  }
}

/**
 * Returns the entries of a folder; empty if it does not exist or is not a folder. Synchronous for the reason in layer.ts: each
 * creation lists the images.
 */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) {
      return [];
    }
    throw error;
  }
}

const guardedMode = 0o710;

/**
 * Creates a folder that only root and the containers' root may enter, with everything below it: a file that root
 * inside a container made set-uid would let every user of the host act as that root. Closes a folder that exists.
 *
 * @throws MccError `conflict` for a symbolic link: its target would be closed.
 */
export async function ensureGuarded(folder: string): Promise<void> {
  await ensurePassable(folder);
  const handle = await openFolder(folder);
  try {
    // Correct values are not written again, because a read-only file system refuses that too.
    const { uid, gid, mode } = await handle.stat();
    if (uid !== 0 || gid !== containerRoot) {
      await handle.chown(0, containerRoot);
    }
    if ((mode & 0o7777) !== guardedMode) {
      await handle.chmod(guardedMode);
    }
  } finally {
    await handle.close();
  }
}

async function openFolder(folder: string): Promise<FileHandle> {
  try {
    return await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw hasErrno(error, "ENOTDIR", "ELOOP")
      ? new MccError(
          "conflict",
          `${folder} is a symbolic link, and must be a folder; remove the link, and use mount --bind for a folder elsewhere.`,
          { cause: error },
        )
      : error;
  }
}

/** Removes a folder and its parents up to and including `top`, as far as they are empty. */
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
