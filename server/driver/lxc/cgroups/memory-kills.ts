import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { gone, walkTree } from "./cgroup-tree";
import type { Hierarchies } from "./hierarchies";

/**
 * Returns how many processes of a cgroup, and of those below it, the kernel has killed because memory was used up. 0 for a
 * cgroup that does not exist.
 */
export async function memoryKills({ unified, old }: Hierarchies, cgroup: string): Promise<number> {
  const hierarchy = old.find(({ controllers }) => controllers.includes("memory"));
  return hierarchy === undefined
    ? await numberIn(join(unified, cgroup, "memory.events"), "oom_kill")
    : await oldMemoryKills(join(hierarchy.folder, cgroup));
}

/** Version 1 counts each cgroup by itself. The walk is needed only if the limit was ever reached. */
async function oldMemoryKills(cgroup: string): Promise<number> {
  const reached = await unlessErrno(readFile(join(cgroup, "memory.failcnt"), "utf8"), ...gone);
  if (reached === undefined || Number(reached) === 0) {
    return 0;
  }
  let kills = 0;
  const enter = async (folder: string): Promise<void> => {
    kills += await numberIn(join(folder, "memory.oom_control"), "oom_kill");
  };
  await unlessErrno(walkTree(cgroup, { enter }), ...gone);
  return kills;
}

/** Returns the number after a name in a file with a name and a number in each line. */
async function numberIn(path: string, name: string): Promise<number> {
  const text = await unlessErrno(readFile(path, "utf8"), ...gone);
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1] ?? 0);
}
