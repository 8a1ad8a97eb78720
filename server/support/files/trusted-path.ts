import type { Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";

/** As many symbolic links as the kernel follows in one path: path_resolution(7). */
const mostLinks = 40;
const sticky = 0o1000;
const groupMayWrite = 0o020;
const othersMayWrite = 0o002;

/** The path that is judged. */
interface Subject {
  /** `the state folder /srv/minicloud` */
  readonly what: string;
  /** How to use another path. */
  readonly remedy: string;
}

/**
 * Refuses a path on which others than root and this process's user could put something of theirs, such as a symbolic
 * link by which the daemon would overwrite a file of root's. What is not there yet is in order: the first folder above
 * it decides.
 *
 * @throws MccError `conflict` that names the folder and whose it is.
 */
export async function refuseUntrustedPath(path: string, subject: Subject): Promise<void> {
  let rest = resolve(path).split("/").slice(1);
  let folder = "/";
  let links = 0;
  judge(folder, await lstat(folder), rest.length > 0, subject);
  while (rest.length > 0) {
    const [name = "", ...next] = rest;
    const entry = join(folder, name);
    const stats = await unlessErrno(lstat(entry), "ENOENT", "ENOTDIR");
    if (stats === undefined) {
      return;
    }
    judge(entry, stats, next.length > 0, subject);
    if (!stats.isSymbolicLink()) {
      folder = entry;
      rest = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) {
      throw new MccError("conflict", `${subject.what} leads through too many links; ${subject.remedy}.`);
    }
    const target = resolve(dirname(entry), await readlink(entry));
    rest = [
      ...target
        .split("/")
        .slice(1)
        .filter((part) => part !== ""),
      ...next,
    ];
    folder = "/";
  }
}

/**
 * The same for what lies in a folder that is in order itself: it may have belonged to somebody else before.
 *
 * @throws MccError `conflict`
 */
export async function refuseForeignEntries(folder: string, subject: Subject): Promise<void> {
  for (const name of (await unlessErrno(readdir(folder), "ENOENT")) ?? []) {
    const entry = join(folder, name);
    const stats = await unlessErrno(lstat(entry), "ENOENT");
    if (stats !== undefined) {
      refuseForeignOwner(entry, stats, subject);
    }
  }
}

/** @param isOnTheWay others may make entries in it where none but their owners can replace them, as in /tmp. */
function judge(path: string, stats: Stats, isOnTheWay: boolean, subject: Subject): void {
  refuseForeignOwner(path, stats, subject);
  const byGroup = (stats.mode & groupMayWrite) !== 0 && stats.gid !== process.getegid?.();
  const byOthers = (stats.mode & othersMayWrite) !== 0;
  const isProtected = isOnTheWay && (stats.mode & sticky) !== 0;
  // What stands in the way and is no folder, such as /dev/null, fails where it is used as one.
  const isJudged = stats.isDirectory() || (!isOnTheWay && !stats.isSymbolicLink());
  if (isJudged && (byGroup || byOthers) && !isProtected) {
    throw new MccError(
      "conflict",
      `${byOthers ? "Everyone" : `The group ${stats.gid}`} may write to ${path}, so ${subject.what} cannot be trusted; nothing was changed. Take that away (chmod ${byOthers ? "o-w" : "g-w"} ${path}), or ${subject.remedy}.`,
    );
  }
}

function refuseForeignOwner(path: string, { uid }: Stats, subject: Subject): void {
  const own = process.geteuid?.() ?? 0;
  if (uid !== 0 && uid !== own) {
    throw new MccError(
      "conflict",
      `${path} belongs to the user ${uid} and the daemon runs as ${own}, so ${subject.what} cannot be trusted; nothing was changed. Run the daemon as its owner, or ${subject.remedy}.`,
    );
  }
}
