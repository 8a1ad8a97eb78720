import { mkdir, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { unlessErrno } from "../../../../protocol/errno";
import { processState } from "../../../support/processes";
import type { DriverLog } from "../../driver";
import { raiseKernelLimits, replaceText, restoreKernelLimits } from "./kernel-limits";

/** Empty after a boot, when the kernel's limits have their defaults. Not in a folder that a user can choose. */
export const usersFolder = "/run/minicloud-kernel-limits";

/** More than the number of daemons that are likely to end at the same moment. */
const mostTries = 20;

const userSchema = z.object({ pid: z.int(), startTime: z.string() });

/** A daemon on this host whose containers need the raised limits. */
export interface KernelLimitUser {
  /** Unique on this host; a part of file names. */
  readonly name: string;
  /** Default: `usersFolder`. */
  readonly folder?: string;
  /** The file in which an earlier release stored the former limits. */
  readonly formerMarksFile: string;
  /** Default: `/proc/sys` */
  readonly root?: string;
  /** Returns whether containers of other daemons run on this host now. */
  readonly othersRun: () => Promise<boolean>;
}

/**
 * Raises the limits, and records that this process needs them: `<name>.user` has its process id, `<name>.were` the
 * former limits. The first file becomes invalid when the process ends, also if it is killed.
 */
export async function useKernelLimits(user: KernelLimitUser, log: DriverLog): Promise<void> {
  await unlessFolderGoes(() => use(user, log));
}

async function use(user: KernelLimitUser, log: DriverLog): Promise<void> {
  const { name, folder = usersFolder, formerMarksFile } = user;
  await unlessErrno(mkdir(folder, { mode: 0o755 }), "EEXIST");
  const own = { pid: process.pid, startTime: (await processState(process.pid))?.startTime ?? "" };
  // First: another daemon that lowers the limits at the same time checks again afterwards.
  await replaceText(join(folder, `${name}.user`), JSON.stringify(own));
  const marksFile = join(folder, `${name}.were`);
  await takeMarksAlong(formerMarksFile, marksFile);
  await raiseKernelLimits({ marksFile, ...rootOf(user) }, log);
}

/** Removes the record of a daemon that ends. Its running containers still show that the limits are needed. */
export async function leaveKernelLimits({ name, folder = usersFolder }: KernelLimitUser): Promise<void> {
  await rm(join(folder, `${name}.user`), { force: true });
}

/**
 * Restores the limits, unless another daemon on this host, or a container of another one, still needs them. Then the
 * last daemon that is purged restores them.
 *
 * @returns whether they were restored.
 */
export async function giveUpKernelLimits(user: KernelLimitUser, log: DriverLog): Promise<boolean> {
  return await unlessFolderGoes(() => giveUp(user, log));
}

async function giveUp(user: KernelLimitUser, log: DriverLog): Promise<boolean> {
  const { folder = usersFolder, name, formerMarksFile } = user;
  await leaveKernelLimits(user);
  await unlessErrno(mkdir(folder, { mode: 0o755 }), "EEXIST");
  const ownMarks = join(folder, `${name}.were`);
  await takeMarksAlong(formerMarksFile, ownMarks);
  if (await areNeeded(user)) {
    return false;
  }
  for (const marks of (await readdir(folder)).filter((entry) => entry.endsWith(".were"))) {
    await restoreKernelLimits({ marksFile: join(folder, marks), ...rootOf(user) });
  }
  if (await areNeeded(user)) {
    await raiseKernelLimits({ marksFile: ownMarks, ...rootOf(user) }, log);
    return false;
  }
  await unlessErrno(rmdir(folder), "ENOTEMPTY", "ENOENT");
  return true;
}

/** Repeats the work if another daemon removes the folder, or a file in it, during the work. */
async function unlessFolderGoes<T>(work: () => Promise<T>): Promise<T> {
  for (let triesLeft = mostTries; triesLeft > 1; triesLeft--) {
    const done = await unlessErrno(
      work().then((value) => ({ value })),
      "ENOENT",
    );
    if (done !== undefined) {
      return done.value;
    }
  }
  return await work();
}

/** Returns whether the limits are still needed. Removes the records of processes that have ended. */
async function areNeeded({ folder = usersFolder, othersRun }: KernelLimitUser): Promise<boolean> {
  let needed = await othersRun();
  const entries = (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
  for (const entry of entries.filter((candidate) => candidate.endsWith(".user"))) {
    const path = join(folder, entry);
    if (await isAlive(path)) {
      needed = true;
    } else {
      await rm(path, { force: true });
    }
  }
  return needed;
}

async function isAlive(path: string): Promise<boolean> {
  const text = await unlessErrno(readFile(path, "utf8"), "ENOENT");
  if (text === undefined) {
    return false;
  }
  const { pid, startTime } = userSchema.parse(JSON.parse(text));
  return (await processState(pid))?.startTime === startTime;
}

async function takeMarksAlong(from: string, to: string): Promise<void> {
  const text = await unlessErrno(readFile(from, "utf8"), "ENOENT");
  if (text !== undefined) {
    if ((await unlessErrno(stat(to), "ENOENT")) === undefined) {
      await replaceText(to, text);
    }
    await rm(from);
  }
}

function rootOf({ root }: KernelLimitUser): { readonly root?: string } {
  return root === undefined ? {} : { root };
}
