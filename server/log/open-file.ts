import { constants, open } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { unlessErrno } from "../../protocol/errno";
import { makeFolder } from "../support/files/make-folder";
import { refuseUntrustedPath } from "../support/files/trusted-path";

/** The mode of a log file that is made. */
export const logFileMode = 0o600;
/** How a log file is opened. A named pipe without a reader fails, in place of waiting for one. */
export const logFileFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * The failures that can pass: a daemon that cannot write its log for such a reason serves all the same, and
 * tries again.
 */
export const passingFailures = [
  ...["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE"],
  // A folder, a FIFO without a reader, a socket or a link to nowhere is in the place of the file.
  ...["EISDIR", "ENXIO", "ENOENT"],
] as const;

const openDescriptor = promisify(open);

/**
 * Opens the file that the daemon's log is added to. It and the folders that it lies in are made.
 *
 * @returns its descriptor.
 * @throws MccError `conflict` for a path on which others than root and this process's user could plant a file; what the
 * system says for any other reason.
 */
export async function openLogFile(path: string): Promise<number> {
  const subject = { what: `the log file ${path}`, remedy: "choose another one with --log-file" };
  await refuseUntrustedPath(path, subject);
  await makeFolder(dirname(path));
  // A link that is there was judged; one that comes now, in a folder such as /tmp, was not.
  const isLink = (await unlessErrno(lstat(path), "ENOENT"))?.isSymbolicLink() === true;
  await refuseUntrustedPath(path, subject);
  const noFollow = isLink ? 0 : constants.O_NOFOLLOW;
  return await openDescriptor(path, logFileFlags | noFollow, logFileMode);
}
