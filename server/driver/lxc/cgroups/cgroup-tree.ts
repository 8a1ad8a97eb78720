import { constants } from "node:fs";
import { type FileHandle, open, readdir, rmdir } from "node:fs/promises";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";

/** How the kernel says that a cgroup is gone: before the call, or while it is read. */
export const gone = ["ENOENT", "ENODEV"] as const;

/** What is done with each cgroup of a tree. The paths are short whatever the depth, and good during the call only. */
interface Visit {
  readonly enter?: (folder: string) => Promise<void>;
  /** After all below it. Not called for the top. */
  readonly leave?: (folder: Buffer) => Promise<void>;
}

interface Level {
  readonly name: Buffer;
  /** What is still to be visited. */
  readonly below: Buffer[];
}

/**
 * Calls back for a cgroup and all those below it. A container can nest them deeper than the length of a path allows
 * and give them names of any bytes: so each is opened from the one above it.
 *
 * @throws the error with a code of `gone` when one goes meanwhile.
 */
export async function walkTree(cgroup: string, { enter, leave }: Visit): Promise<void> {
  let current = await open(cgroup, folderOnly);
  try {
    await enter?.(pathOf(current));
    const levels: Level[] = [{ name: Buffer.alloc(0), below: await namesBelow(current) }];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const name = level.below.pop();
      if (name !== undefined) {
        current = await step(current, childPath(current, name));
        await enter?.(pathOf(current));
        levels.push({ name, below: await namesBelow(current) });
      } else {
        levels.pop();
        if (levels.length > 0) {
          current = await step(current, `${pathOf(current)}/..`);
          await leave?.(childPath(current, level.name));
        }
      }
    }
  } finally {
    await current.close();
  }
}

/** Removes a cgroup and those below it. @returns false when processes are still in them. */
export async function removeCgroups(cgroup: string): Promise<boolean> {
  try {
    if (await removeOne(cgroup)) {
      return true;
    }
    await walkTree(cgroup, {
      leave: async (folder) => {
        await removeOne(folder);
      },
    });
    return await removeOne(cgroup);
  } catch (error) {
    if (hasErrno(error, ...gone)) {
      // LXC is at it as well.
      return false;
    }
    throw error;
  }
}

async function removeOne(cgroup: string | Buffer): Promise<boolean> {
  try {
    await unlessErrno(rmdir(cgroup), ...gone);
    return true;
  } catch (error) {
    if (hasErrno(error, "EBUSY", "ENOTEMPTY")) {
      return false;
    }
    throw error;
  }
}

const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

async function step(from: FileHandle, path: string | Buffer): Promise<FileHandle> {
  const next = await open(path, folderOnly);
  await from.close();
  return next;
}

async function namesBelow(folder: FileHandle): Promise<Buffer[]> {
  const entries = await readdir(pathOf(folder), { withFileTypes: true, encoding: "buffer" });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

function childPath(folder: FileHandle, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${pathOf(folder)}/`), name]);
}
