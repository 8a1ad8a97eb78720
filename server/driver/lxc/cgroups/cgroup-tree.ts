import { constants, rmdirSync } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { hasErrno } from "../../../../protocol/errno";

/** The error codes with which the kernel reports that a cgroup does not exist: before the call, or during a read. */
export const gone = ["ENOENT", "ENODEV"] as const;

/** Returns the value of a synchronous call, or undefined if a cgroup of it does not exist. */
export function unlessGone<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (hasErrno(error, ...gone)) {
      return undefined;
    }
    throw error;
  }
}

/** The callbacks for each cgroup of a tree. The paths are short at any depth, and valid only during the call. */
interface Visit {
  readonly enter?: (folder: string) => Promise<void>;
  /** Called after everything below the cgroup. Not called for the top. */
  readonly leave?: (folder: Buffer) => void;
}

interface Level {
  readonly name: Buffer;
  /** The names of the cgroups that are not visited yet. */
  readonly below: Buffer[];
}

/**
 * Calls back for a cgroup and all cgroups below it. A container can nest them deeper than the maximal length of a path,
 * and give them names of any bytes. Therefore each is opened relative to its parent.
 *
 * @throws the error with a code of `gone` when a cgroup disappears during the walk.
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
          leave?.(childPath(current, level.name));
        }
      }
    }
  } finally {
    await current.close();
  }
}

/**
 * Removes a cgroup and those below it.
 *
 * @param allowed asked immediately before each removal.
 * @returns false if processes are still in them, or a removal was not allowed.
 */
export async function removeCgroups(cgroup: string, allowed: () => boolean = () => true): Promise<boolean> {
  const remove = (folder: string | Buffer): boolean => allowed() && removeOne(folder);
  try {
    if (remove(cgroup)) {
      return true;
    }
    await walkTree(cgroup, {
      leave: (folder) => {
        remove(folder);
      },
    });
    return remove(cgroup);
  } catch (error) {
    if (hasErrno(error, ...gone)) {
      // LXC removes the same cgroups.
      return false;
    }
    throw error;
  }
}

/** Synchronous, like the reads of `read-cgroup.ts`, and for `allowed`. */
function removeOne(cgroup: string | Buffer): boolean {
  try {
    unlessGone(() => rmdirSync(cgroup));
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
