import type { Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { isInside } from "../ordinary-user";

/** The kernel's limit of symbolic links in one path: path_resolution(7). */
const mostLinks = 40;
const sticky = 0o1000;
const groupMayWrite = 0o020;
const othersMayWrite = 0o002;
/** The owner that a user namespace shows for all users outside of it: user_namespaces(7). */
const ownerOutside = 65_534;

/** The path that is checked. */
interface Subject {
  /** The path's description: `the state folder /srv/minicloud` */
  readonly what: string;
  /** How to choose another path. */
  readonly remedy: string;
}

/**
 * Refuses a path in which other users than root and this process's user could create entries, such as a symbolic link
 * through which the daemon would overwrite a file of root. For a missing path, its first existing parent decides.
 *
 * @throws MccError `conflict` that names the folder and its owner.
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
      throw new MccError(
        "conflict",
        `${subject.what} leads through more than ${mostLinks} links; ${subject.remedy}.`,
      );
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
 * Refuses foreign entries of a trusted folder, which may have belonged to another user before.
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

/**
 * @param isOnTheWay whether it is a parent. Then a sticky folder is allowed, such as /tmp: only owners replace entries.
 */
function judge(path: string, stats: Stats, isOnTheWay: boolean, subject: Subject): void {
  refuseForeignOwner(path, stats, subject);
  const byGroup = (stats.mode & groupMayWrite) !== 0 && stats.gid !== process.getegid?.();
  const byOthers = (stats.mode & othersMayWrite) !== 0;
  const isProtected = isOnTheWay && (stats.mode & sticky) !== 0;
  // A parent that is not a folder, such as /dev/null, fails later.
  const isJudged = stats.isDirectory() || (!isOnTheWay && !stats.isSymbolicLink());
  if (isJudged && (byGroup || byOthers) && !isProtected) {
    throw new MccError(
      "conflict",
      `${byOthers ? "Everyone" : `The group ${stats.gid}`} may write to ${path}, so ${subject.what} cannot be trusted; nothing was changed. Remove that permission (chmod ${byOthers ? "o-w" : "g-w"} ${path}), or ${subject.remedy}.`,
    );
  }
}

function refuseForeignOwner(path: string, { uid }: Stats, subject: Subject): void {
  const own = process.geteuid?.() ?? 0;
  // The process that started the daemon has checked these paths, and saw the owners.
  const isOutside = isInside() && uid === ownerOutside;
  if (uid !== 0 && uid !== own && !isOutside) {
    throw new MccError(
      "conflict",
      `${path} belongs to the user ${uid} and the daemon runs as ${own}, so ${subject.what} cannot be trusted; nothing was changed. Run the daemon as its owner, or ${subject.remedy}.`,
    );
  }
}
