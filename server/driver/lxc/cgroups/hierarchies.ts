import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MccError } from "../../../../protocol/error";

/** A mounted cgroup hierarchy of version 1. */
export interface OldHierarchy {
  readonly folder: string;
  /** Such as `cpu` and `cpuacct`, which often share a hierarchy, or `name=systemd`. */
  readonly controllers: readonly string[];
}

/** The cgroup hierarchies of this host: version 2, and those of version 1 if any are mounted. */
export interface Hierarchies {
  /** The mount point of version 2. LXC has a cgroup in it for every running container. */
  readonly unified: string;
  /** The controllers that no version 1 hierarchy uses. */
  readonly unifiedControllers: readonly string[];
  readonly old: readonly OldHierarchy[];
}

/** Reads the hierarchies from the mount table. @throws MccError `engine` on a host without version 2. */
export async function readHierarchies(): Promise<Hierarchies> {
  const { unified, old } = parseMounts(await readFile("/proc/self/mountinfo", "utf8"));
  if (unified === undefined) {
    throw new MccError("engine", `No cgroup hierarchy of version 2 is mounted; ${unifiedRemedy}.`);
  }
  const controllers = await readFile(join(unified, "cgroup.controllers"), "utf8");
  return { unified, unifiedControllers: controllers.trim().split(" "), old };
}

export const unifiedRemedy =
  "mount one: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified";

/** @param mountinfo in the form that proc(5) describes. A later mount replaces an earlier one. */
export function parseMounts(mountinfo: string): { unified: string | undefined; old: OldHierarchy[] } {
  let unified: string | undefined;
  const old = new Map<string, OldHierarchy>();
  for (const line of mountinfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const folder = (left.split(" ")[4] ?? "").replace(/\\040/g, " ");
    const [type, , options = ""] = right.split(" ");
    if (type === "cgroup2") {
      unified = folder;
    } else if (type === "cgroup") {
      const controllers = options.split(",").filter((option) => !mountOptions.has(option));
      old.set(controllers.join(), { folder, controllers });
    }
  }
  return { unified, old: [...old.values()] };
}

/** The options of a version 1 mount that are not controllers: cgroups(7), cgroup-v1 documentation. */
const mountOptions = new Set([
  "rw",
  "ro",
  "noprefix",
  "clone_children",
  "xattr",
  "cpuset_v2_mode",
  "favordynmods",
]);
