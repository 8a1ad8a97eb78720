import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { gone, walkTree } from "./cgroup-tree";
import type { Hierarchies } from "./hierarchies";
import { readCgroup } from "./read-cgroup";

/**
 * Returns how many processes of a cgroup, and of those below it, the kernel has killed because memory was used up. 0 for a
 * cgroup that does not exist.
 */
export async function memoryKills({ unified, old }: Hierarchies, cgroup: string): Promise<number> {
  const hierarchy = old.find(({ controllers }) => controllers.includes("memory"));
  return hierarchy === undefined
    ? numberIn(join(unified, cgroup, "memory.events"), "oom_kill")
    : await oldMemoryKills(join(hierarchy.folder, cgroup));
}

/** Version 1 counts each cgroup by itself. The walk is needed only if the limit was ever reached. */
async function oldMemoryKills(cgroup: string): Promise<number> {
  const reached = readCgroup(join(cgroup, "memory.failcnt"));
  if (reached === undefined || Number(reached) === 0) {
    return 0;
  }
  let kills = 0;
  const enter = (folder: string): Promise<void> => {
    kills += numberIn(join(folder, "memory.oom_control"), "oom_kill");
    return Promise.resolve();
  };
  await unlessErrno(walkTree(cgroup, { enter }), ...gone);
  return kills;
}

/** Returns the number after a name in a file with a name and a number in each line. */
function numberIn(path: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(readCgroup(path) ?? "")?.[1] ?? 0);
}
