import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import type { Finding } from "../driver";
import { mountControlGroups, parseHierarchies } from "./control-groups";
import { exists, type HostPlaces } from "./host";

/**
 * The soname of the last libcgroup that does not know version 2. vzctl uses libcgroup. Later ones look for a container's
 * group in the hierarchy of version 2 too, and take its absence for a running container.
 */
const harmlessLibrary = "libcgroup.so.1\0";

/** Returns what is wrong with the control groups of a host whose kernel is not OpenVZ's. Only vzctl 4 runs there. */
export async function controlGroupFinding(places: HostPlaces): Promise<Finding | undefined> {
  if (await exists(places.procVz)) {
    return undefined;
  }
  const { old, unified } = parseHierarchies(await readFile(places.mounts, "utf8"));
  if (old.length === 0) {
    return {
      lacking: "no control groups of version 1 are mounted; vzctl limits and stops containers through them",
      remedy: `${mountControlGroups}; with systemd, boot with ${legacyParameters}`,
    };
  }
  if (unified.length === 0 || (await libraries(places)).includes(harmlessLibrary)) {
    return undefined;
  }
  return {
    lacking: `control groups of version 2 are mounted at ${unified.join(", ")} next to those of version 1; vzctl then takes stopped containers for running ones, and can neither stop nor destroy any`,
    remedy: `umount ${unified.join(" ")}; with systemd, boot with ${legacyParameters}`,
  };
}

/** The kernel parameters with which systemd mounts only version 1. */
const legacyParameters = "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1";

async function libraries({ libraries: path }: HostPlaces): Promise<Buffer> {
  return (await unlessErrno(readFile(path), "ENOENT")) ?? Buffer.alloc(0);
}
