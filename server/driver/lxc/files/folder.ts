import { chmodSync, constants, mkdirSync } from "node:fs";
import { chmod, type FileHandle, open, readdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { ensureFolder } from "../../../support/files/make-folder";
import { containerRoot } from "../commands/command";

/**
 * Makes a folder that the containers' user ids may pass through, whatever this process's umask is.
 *
 * @throws the error with the code EEXIST when it is there.
 */
export function makePassable(folder: string): void {
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/** The same below a folder that is there. There already is success. */
export async function ensurePassable(folder: string): Promise<void> {
  if (await ensureFolder(folder, 0o755)) {
    await chmod(folder, 0o755);
  }
}

/** What is in a folder; nothing where there is none, or something else in its place. */
export async function entriesOf(folder: string): Promise<string[]> {
  return (await unlessErrno(readdir(folder), "ENOENT", "ENOTDIR", "ELOOP")) ?? [];
}

const guardedMode = 0o710;

/**
 * Makes a folder that only root and the containers' root may pass through, now and below: a file that root
 * inside a container made set-uid would let every user of the host act as that root. One that is there is closed.
 *
 * @throws MccError `conflict` for a symbolic link: it would close a folder elsewhere.
 */
export async function ensureGuarded(folder: string): Promise<void> {
  await ensurePassable(folder);
  const handle = await openFolder(folder);
  try {
    // Nothing is changed that is in order, as a read-only file system refuses that too.
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
          `${folder} is a symbolic link, and a folder is needed; remove the link, and bring a folder from elsewhere by mount --bind.`,
          { cause: error },
        )
      : error;
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
