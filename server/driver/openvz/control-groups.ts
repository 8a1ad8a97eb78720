import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";

/** The mounted control groups of a host, by version. */
export interface Hierarchies {
  /** The mount points of version 1, which vzctl uses. */
  readonly old: readonly string[];
  /** The mount points of version 2. */
  readonly unified: readonly string[];
}

/** @param mounts in the form of /proc/mounts, proc(5). */
export function parseHierarchies(mounts: string): Hierarchies {
  const mounted = mounts.split("\n").map((line) => line.split(" "));
  const ofType = (type: string): string[] =>
    mounted.flatMap(([, folder, found]) =>
      folder !== undefined && found === type ? folder.replaceAll("\\040", " ") : [],
    );
  return { old: [...new Set(ofType("cgroup"))], unified: [...new Set(ofType("cgroup2"))] };
}

/** The file of each group that lists its processes. */
const processFile = "cgroup.procs";

/** The remedy for a host without them. */
export const mountControlGroups =
  "mount those of version 1 (memory, cpu, cpuset, devices) under /sys/fs/cgroup, and see dmesg";

/** The beginning of the name of a container's group, in front of its ctid. */
export const groupPrefix = "vz-";

/**
 * Returns the mount points of version 1 by the controllers in them.
 *
 * @param mounts in the form of /proc/mounts, proc(5).
 */
export function controllerFolders(mounts: string): Map<string, string> {
  const mounted = mounts.split("\n").map((line) => line.split(" "));
  return new Map(
    mounted.flatMap(([, folder = "", type, options = ""]) =>
      type === "cgroup"
        ? options.split(",").map((option) => [option, folder.replaceAll("\\040", " ")] as const)
        : [],
    ),
  );
}

/**
 * The control groups of containers on a kernel that is not OpenVZ's. There, vzctl makes one for each container in each
 * hierarchy of version 1, and a container runs exactly if one of them has processes.
 */
export class ControlGroups {
  /** @param mounts the path of /proc/mounts. */
  constructor(private readonly mounts: string) {}

  async hierarchies(): Promise<Hierarchies> {
    return parseHierarchies(await readFile(this.mounts, "utf8"));
  }

  /**
   * Returns the ctids of all containers that run.
   *
   * @throws MccError `engine` if no hierarchy of version 1 can be read, because then nothing shows what runs.
   */
  async running(): Promise<Set<string>> {
    const running = new Set<string>();
    let isAnyRead = false;
    for (const hierarchy of (await this.hierarchies()).old) {
      // Another mount may hide a hierarchy.
      const names = (await entriesOf(hierarchy)) ?? [];
      isAnyRead ||= names.includes(processFile);
      await Promise.all(
        names
          .filter((name) => name.startsWith(groupPrefix))
          .map(async (name) => {
            const ctid = name.slice(groupPrefix.length);
            if (!running.has(ctid) && (await hasProcesses(join(hierarchy, name)))) {
              running.add(ctid);
            }
          }),
      );
    }
    if (!isAnyRead) {
      throw new MccError(
        "engine",
        `No control groups of version 1 are mounted, so it is not known which containers run; ${mountControlGroups}.`,
      );
    }
    return running;
  }

  /** Returns whether a container has processes. */
  async areInUse(ctid: string): Promise<boolean> {
    return (await Promise.all((await this.#foldersOf(ctid)).map(hasOwnProcesses))).includes(true);
  }

  /** Removes the groups of a container. @returns false if it has processes. Then nothing is removed. */
  async removeOf(ctid: string): Promise<boolean> {
    if (await this.areInUse(ctid)) {
      return false;
    }
    const folders = await this.#foldersOf(ctid);
    for (const folder of folders) {
      // The kernel refuses to remove a group that has got a process in the meantime.
      await unlessErrno(rmdir(folder), "ENOENT", "EBUSY");
    }
    return true;
  }

  /** Returns the groups of a container and those in them, the innermost first. */
  async #foldersOf(ctid: string): Promise<string[]> {
    const { old } = await this.hierarchies();
    const trees = await Promise.all(old.map((hierarchy) => treeAt(join(hierarchy, `${groupPrefix}${ctid}`))));
    return trees.flat();
  }
}

/** Returns a group and those in it, the innermost first; empty if there is none. */
async function treeAt(folder: string): Promise<string[]> {
  const entries = await unlessErrno(readdir(folder, { withFileTypes: true }), "ENOENT");
  if (entries === undefined) {
    return [];
  }
  const inner = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => treeAt(join(folder, name))),
  );
  return [...inner.flat(), folder];
}

/** Returns whether a group or a group in it has processes. A container can move its processes into groups of its own. */
async function hasProcesses(folder: string): Promise<boolean> {
  if (await hasOwnProcesses(folder)) {
    return true;
  }
  const inner = (await treeAt(folder)).filter((group) => group !== folder);
  return (await Promise.all(inner.map(hasOwnProcesses))).includes(true);
}

async function hasOwnProcesses(folder: string): Promise<boolean> {
  // A group that is being removed has no processes.
  const text = await unlessErrno(readFile(join(folder, processFile), "utf8"), "ENOENT", "ENODEV");
  return (text ?? "").trim() !== "";
}

async function entriesOf(folder: string): Promise<string[] | undefined> {
  return await unlessErrno(readdir(folder), "ENOENT");
}
