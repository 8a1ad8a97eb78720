import { constants, open } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { unlessErrno } from "../../protocol/errno";
import { makeFolder } from "../support/files/make-folder";
import { refuseUntrustedPath } from "../support/files/trusted-path";

/** The mode of a new log file. */
export const logFileMode = 0o600;
/** The flags for opening a log file. Opening a FIFO without a reader fails instead of waiting for one. */
export const logFileFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * The failures that may be temporary: a daemon whose log fails for such a reason still serves, and tries again.
 */
export const passingFailures = [
  ...["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE"],
  // A folder, a FIFO without a reader, a socket or a dangling link is in the place of the file.
  ...["EISDIR", "ENXIO", "ENOENT"],
] as const;

const openDescriptor = promisify(open);

/**
 * Opens the daemon's log file for appending. Creates it and missing folders.
 *
 * @returns its descriptor.
 * @throws MccError `conflict` for a path on which other users than root and this process's user could create a file;
 * the system's error for any other reason.
 */
export async function openLogFile(path: string): Promise<number> {
  const subject = { what: `the log file ${path}`, remedy: "choose another one with --log-file" };
  await refuseUntrustedPath(path, subject);
  await makeFolder(dirname(path));
  // An existing link was checked. One that appears now, in a folder such as /tmp, was not.
  const isLink = (await unlessErrno(lstat(path), "ENOENT"))?.isSymbolicLink() === true;
  await refuseUntrustedPath(path, subject);
  const noFollow = isLink ? 0 : constants.O_NOFOLLOW;
  return await openDescriptor(path, logFileFlags | noFollow, logFileMode);
}
