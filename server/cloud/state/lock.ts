import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../protocol/errno";
import { MccError, messageOf } from "../../../protocol/error";
import { isFileSystemFault } from "../../support/files/file-system-fault";

/** flock's exit code for a lock that another process holds; its default, 1, is also that of other failures. */
const takenExitCode = 75;

export interface StateLock {
  /** Releases the folder; call it once. The file stays: if it were deleted, two daemons could hold a lock. */
  release(): Promise<void>;
}

/**
 * Locks the state folder against every other daemon, until release or the end of this process, however it ends.
 *
 * The lock belongs to the open file, which flock(1) gets as a descriptor, so a kill leaves no stale lock. Node opens files so
 * that engine commands do not inherit them.
 *
 * @throws MccError `conflict` with the process id of the daemon that uses the folder.
 */
export async function acquireStateLock(stateFolder: string): Promise<StateLock> {
  const path = join(stateFolder, "lock");
  const descriptor = openLock(path);
  try {
    await lock(descriptor, path, stateFolder);
    sayWhose(descriptor, `${process.pid}\n`);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  let held = true;
  const release = (): Promise<void> => {
    if (held) {
      held = false;
      // Another process may have this id when it is read.
      sayWhose(descriptor, "");
      closeSync(descriptor);
    }
    return Promise.resolve();
  };
  return { release };
}

/** Writes the id of the process with the lock, for users; a full or read-only file system does not prevent the lock. */
function sayWhose(descriptor: number, text: string): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, text);
  } catch (error) {
    if (!isFileSystemFault(error) && !hasErrno(error, "EBADF", "EINVAL")) {
      throw error;
    }
  }
}

/** Opens the file; creates it if it is missing, never empties it, and never follows a symbolic link. */
function openLock(path: string): number {
  try {
    return openSync(
      path,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
      0o600,
    );
  } catch (error) {
    if (hasErrno(error, "EROFS") && existsSync(path)) {
      // A file that is open for reading can be locked too.
      return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    }
    const kind = hasErrno(error, "ELOOP")
      ? "a symbolic link"
      : hasErrno(error, "EISDIR")
        ? "a folder"
        : undefined;
    throw kind === undefined
      ? error
      : new MccError("conflict", `${path} is ${kind}, and the daemon's lock is a file; remove it.`, {
          cause: error,
        });
  }
}

async function lock(descriptor: number, path: string, stateFolder: string): Promise<void> {
  const exitCode = await borrow(descriptor, stateFolder);
  if (exitCode === takenExitCode) {
    const pid = readFileSync(path, "utf8").trim();
    const [which, how] = pid === "" ? ["", ""] : [` (process ${pid})`, ` (kill ${pid})`];
    throw new MccError(
      "conflict",
      `Another mccserver${which} uses the state folder ${stateFolder}; stop it${how}, or give this one a folder of its own with --state-dir.`,
    );
  }
  if (exitCode !== 0) {
    throw new MccError(
      "unavailable",
      `The state folder ${stateFolder} cannot be locked: flock ended with exit code ${exitCode}; choose a folder on a local file system with --state-dir.`,
    );
  }
}

/** Runs flock(1) on the descriptor; execa has no option to pass one on. */
async function borrow(descriptor: number, stateFolder: string): Promise<number | null> {
  const words = ["--exclusive", "--nonblock", "--conflict-exit-code", String(takenExitCode), "3"];
  const child = spawn("flock", words, { stdio: ["ignore", "ignore", "ignore", descriptor] });
  try {
    await once(child, "close");
  } catch (error) {
    throw new MccError(
      "unavailable",
      `The state folder ${stateFolder} cannot be locked: ${messageOf(error)}; flock is part of Debian's util-linux.`,
    );
  }
  return child.exitCode;
}
