import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { lstat, open, readdir, realpath, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { bytesOf, detachMounts, isWithin, mountPointsAt } from "./mount-points";
import { systemPath } from "./system-path";

/** Something may mount or write in the tree while it is removed; what still does then is somebody's at work. */
const mostAttempts = 3;
const mostComplaints = 4096;
const mostSmall = 256;
/** Each level keeps a descriptor. */
const mostSmallLevels = 16;
const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Removes a file, a link or a folder with all that is in it; gone already is success. Paths may be of any length and
 * depth, names of any bytes. Links are never followed and mounts never entered: what is mounted at the path or below
 * it is detached first, and keeps its files. What has many files is removed in a process of its own, so that a million
 * of them hold nobody up.
 *
 * @throws MccError `engine` that names the first thing that cannot be removed.
 */
export async function removeTree(path: string): Promise<void> {
  const isLink = (await unlessErrno(lstat(path), "ENOENT", "ENOTDIR"))?.isSymbolicLink() === true;
  for (let attempt = 1; ; attempt += 1) {
    if (!isLink) {
      await detachMounts(path);
    }
    if (attempt === 1 && (await removeSmall(path))) {
      return;
    }
    const complaint = await run("rm", ["--recursive", "--force", "--one-file-system", "--", path]);
    if (complaint === undefined) {
      return;
    }
    if (attempt === mostAttempts) {
      throw new MccError("engine", `${path} cannot be removed: ${complaint}.`);
    }
    if (complaint.includes("Operation not permitted")) {
      await clearFlags(path);
    }
  }
}

/**
 * Removes a folder with all that is in it, but leaves each mount below it as it is, with the folders that lead there.
 * A folder that is itself a mount point is emptied. Gone already is success.
 *
 * @throws MccError as `removeTree` does.
 */
export async function removeAroundMounts(folder: string): Promise<void> {
  const real = await unlessErrno(realpath(folder), "ENOENT");
  if (real !== undefined) {
    await removeAround(real, await mountPointsAt(real));
  }
}

async function removeAround(folder: string, points: readonly string[]): Promise<void> {
  if (!points.some((point) => isWithin(point, bytesOf(folder)))) {
    await removeTree(folder);
    return;
  }
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    if (!points.includes(bytesOf(path))) {
      await removeAround(path, points);
    }
  }
  await unlessErrno(rmdir(folder), "ENOTEMPTY", "EBUSY");
}

/**
 * Removes what has few files. The layer of a disposable host has, and a process for each would take four times as
 * long when a thousand of them go. A container chooses the names, of any bytes: decoded, two of them can be the same, a
 * folder and a link to the host's files. So names stay bytes, and no folder is opened through a link.
 *
 * @returns false when something is left: it has more files or levels, or anything about it is unusual.
 */
async function removeSmall(path: string): Promise<boolean> {
  let left = mostSmall;
  const remove = async (folder: string | Buffer, level: number): Promise<void> => {
    const handle = await open(folder, folderOnly);
    try {
      const opened = `/proc/self/fd/${handle.fd}`;
      for (const entry of await readdir(opened, { withFileTypes: true, encoding: "buffer" })) {
        left -= 1;
        if (left < 0 || level === mostSmallLevels) {
          throw new Error("too many files or levels");
        }
        const below = Buffer.concat([Buffer.from(`${opened}/`), entry.name]);
        if (entry.isDirectory()) {
          await remove(below, level + 1);
        } else {
          await unlink(below);
        }
      }
    } finally {
      await handle.close();
    }
    await rmdir(folder);
  };
  try {
    await remove(path, 1);
    return true;
  } catch {
    // Whatever it was, the other way finds it again and says so.
    return false;
  }
}

/** What root alone can set: a file or folder that nobody can change or remove, or only append to. */
async function clearFlags(path: string): Promise<void> {
  await run("find", [
    ...[path, "-xdev", "(", "-type", "d", "-o", "-type", "f", ")"],
    ...["-execdir", "chattr", "-i", "-a", "{}", "+"],
  ]);
}

/** @returns undefined, or the first line of what the program complains about. */
async function run(program: string, words: readonly string[]): Promise<string | undefined> {
  const child = spawn(program, words, {
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C", PATH: systemPath() },
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    // One that is refused a million files complains about each.
    complaints = (complaints + text).slice(0, mostComplaints);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return code === 0 ? undefined : complaints.split("\n")[0] || `${program} ended with ${signal ?? code}`;
}
