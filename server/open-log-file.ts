import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./cloud/make-folder";
import { tolerate } from "./cloud/tolerate";
import { refuseUntrustedPath } from "./cloud/trusted-path";

/**
 * Opens the file that the daemon's log is added to. It and the folders that it lies in are made.
 *
 * @throws MccError `conflict` for a path on which others than root and this process's user could plant a file.
 */
export async function openLogFile(path: string): Promise<FileHandle> {
  const subject = { what: `the log file ${path}`, remedy: "choose another one with --log-file" };
  await refuseUntrustedPath(path, subject);
  await makeFolder(dirname(path));
  // A link that is there was judged; one that comes now, in a folder such as /tmp, was not.
  const isLink = (await tolerate(["ENOENT"], lstat(path)))?.isSymbolicLink() === true;
  await refuseUntrustedPath(path, subject);
  const noFollow = isLink ? 0 : constants.O_NOFOLLOW;
  return await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow, 0o600);
}
