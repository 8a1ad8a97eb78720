import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, lstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { lstat, readdir, realpath, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { bytesOf, detachMounts, isWithin, mountPointsAt } from "./mount-points";
import { systemPath } from "./system-path";

/** Another process may mount or write in the tree during the removal. After this many attempts, it is still active. */
const mostAttempts = 3;
const mostComplaints = 4096;
const mostSmall = 256;
/** Each level keeps a descriptor open. */
const mostSmallLevels = 16;
/** Of 512 bytes each: 1 MiB. File systems take long to remove a file of gigabytes, and the daemon does not wait for that. */
const mostSmallBlocks = 2048;
const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Removes a file, a link or a folder with its contents. A missing path is a success. Paths may have any length and
 * depth, and names any bytes. Links are never followed and mounts never entered: mounts at the path or below it are
 * detached first, and keep their files. A separate process removes large folders, so that a million files do not block
 * the daemon.
 *
 * @throws MccError `engine` that names the first entry that cannot be removed.
 */
export async function removeTree(path: string): Promise<void> {
  const isLink = (await unlessErrno(lstat(path), "ENOENT", "ENOTDIR"))?.isSymbolicLink() === true;
  for (let attempt = 1; ; attempt += 1) {
    if (!isLink) {
      await detachMounts(path);
    }
    if (attempt === 1 && removeSmall(path)) {
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
 * Removes a folder with its contents, except for the mounts below it and the folders that lead there. A folder that is
 * itself a mount point is emptied. A missing folder is a success.
 *
 * @throws MccError like `removeTree`.
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
 * Removes a folder with few small files, such as the layer of a disposable host. A process for each would take four times
 * as long for a thousand of them, and calls through the thread pool twice as long. A container chooses the names, of any
 * bytes. Decoded, two of them can be equal: a folder, and a link to the host's files. Therefore names stay bytes, and no
 * folder is opened through a link.
 *
 * @returns false if something is left: too many files or levels, a large file, or an unusual entry.
 */
function removeSmall(path: string): boolean {
  let left = mostSmall;
  const remove = (folder: string | Buffer, level: number): void => {
    const descriptor = openSync(folder, folderOnly);
    try {
      const opened = `/proc/self/fd/${descriptor}`;
      for (const entry of readdirSync(opened, { withFileTypes: true, encoding: "buffer" })) {
        left -= 1;
        if (left < 0 || level === mostSmallLevels) {
          throw new Error("too many files or levels");
        }
        const below = Buffer.concat([Buffer.from(`${opened}/`), entry.name]);
        if (entry.isDirectory()) {
          remove(below, level + 1);
        } else {
          if (lstatSync(below).blocks > mostSmallBlocks) {
            throw new Error("a large file");
          }
          unlinkSync(below);
        }
      }
    } finally {
      closeSync(descriptor);
    }
    rmdirSync(folder);
  };
  try {
    remove(path, 1);
    return true;
  } catch {
    // The other way meets the same error and reports it.
    return false;
  }
}

/** Clears the attributes that only root can set, which prevent changes and removal, or allow only appending. */
async function clearFlags(path: string): Promise<void> {
  await run("find", [
    ...[path, "-xdev", "(", "-type", "d", "-o", "-type", "f", ")"],
    ...["-execdir", "chattr", "-i", "-a", "{}", "+"],
  ]);
}

/** @returns undefined, or the first line of the program's errors. */
async function run(program: string, words: readonly string[]): Promise<string | undefined> {
  const child = spawn(program, words, {
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C", PATH: systemPath() },
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    // A program that fails for a million files reports each.
    complaints = (complaints + text).slice(0, mostComplaints);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return code === 0 ? undefined : complaints.split("\n")[0] || `${program} ended with ${signal ?? code}`;
}
