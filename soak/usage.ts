import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BenchDaemon } from "../bench/hosts/bench-daemon";
import { residentMiB } from "../fuzz/resident-memory";
import { Place } from "../server/driver/lxc/place";
import { cgroups, interfaces, mounts, processesOf } from "../test/support/lxc/traces";
import type { Counts, Usage } from "./remains";

/** Returns what the daemon uses now, and with LXC what its containers use. */
export async function usageOf(daemon: BenchDaemon, driver: string): Promise<Usage> {
  const { pid, folder, client } = daemon;
  const { serverId } = await client.call("server.info", {});
  const place = new Place(join(folder, "state", driver), serverId);
  const ofEngine: Counts =
    driver === "lxc"
      ? {
          mounts: (await mounts(place)).length,
          cgroups: (await cgroups(place)).length,
          interfaces: (await interfaces()).length,
          processes: (await processesOf(place)).length,
        }
      : {};
  return {
    counts: {
      descriptors: (await readdir(`/proc/${pid}/fd`)).length,
      instances: (await client.call("instance.list", {})).length,
      fleets: (await client.call("fleet.list", {})).length,
      keys: (await client.call("key.list", {})).length,
      ...ofEngine,
    },
    residentMiB: await residentMiB(pid),
  };
}
