import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { type GroupFolders, measureGroups } from "../cgroup-usage";
import type { Usage } from "../driver";
import type { Target } from "./commands/command";
import { controllerFolders, groupPrefix } from "./control-groups";
import { exists, type HostPlaces } from "./host";

/** Of the beancounters and of the memory of all processors that OpenVZ's kernels run on. */
const pageBytes = 4096;
/** USER_HZ, which is 100 on these processors, too. */
const ticksPerSecond = 100;

/** Measures running containers: by OpenVZ's own tables, or by control groups on another kernel. */
export async function usageOf(places: HostPlaces, running: readonly Target[]): Promise<Usage[]> {
  return (await exists(places.procVz)) ? await byTables(places, running) : await byGroups(places, running);
}

async function byGroups(places: HostPlaces, running: readonly Target[]): Promise<Usage[]> {
  const folders = controllerFolders(await readFile(places.mounts, "utf8"));
  return await measureGroups(
    running.map(({ id, ctid }) => {
      const groupIn = (controller: string): string | undefined => {
        const folder = folders.get(controller);
        return folder && join(folder, groupPrefix + ctid);
      };
      const groups: GroupFolders = {
        memory: groupIn("memory"),
        cpuacct: groupIn("cpuacct"),
        pids: groupIn("pids"),
      };
      return { id, folders: groups };
    }),
  );
}

/** Two reads for all containers. What this user may not read is not known. */
async function byTables(places: HostPlaces, running: readonly Target[]): Promise<Usage[]> {
  const [beancounters, statistics] = await Promise.all([
    textOf(places.beancounters).then(parseBeancounters),
    textOf(join(places.procVz, "vestat")).then(parseStatistics),
  ]);
  const atMs = Date.now();
  return running.flatMap(({ id, ctid }) => {
    const counted = beancounters.get(ctid);
    const cpuSeconds = statistics.get(ctid);
    const pages = counted?.get("physpages");
    return counted === undefined && cpuSeconds === undefined
      ? []
      : [
          {
            id,
            atMs,
            memoryBytes: pages && pages * pageBytes,
            cpuSeconds,
            processes: counted?.get("numproc"),
          },
        ];
  });
}

async function textOf(path: string): Promise<string> {
  return (await unlessErrno(readFile(path, "utf8"), "ENOENT", "EACCES", "EPERM")) ?? "";
}

/**
 * Parses /proc/user_beancounters: `101: kmemsize HELD MAXHELD …`, and further resources of the same container in the lines
 * after it.
 *
 * @returns the amounts that are held, by container and resource.
 */
export function parseBeancounters(text: string): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  let counters = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, ctid, rest = ""] = /^\s*(?:([\w-]+):)?\s+(.*)$/.exec(line) ?? [];
    if (ctid !== undefined) {
      counters = new Map();
      found.set(ctid, counters);
    }
    const [resource = "", held = ""] = rest.split(/\s+/);
    if (/^\d+$/.test(held)) {
      counters.set(resource, Number(held));
    }
  }
  return found;
}

/**
 * Parses /proc/vz/vestat: a container and its processor time in user mode, with low priority, and in the kernel, in ticks.
 *
 * @returns the seconds by container.
 */
export function parseStatistics(text: string): Map<string, number> {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(
    lines.flatMap(([ctid = "", ...fields]) => {
      const ticks = fields.slice(0, 3).map(Number);
      return ticks.length === 3 && ticks.every(Number.isFinite)
        ? [[ctid, ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond] as const]
        : [];
    }),
  );
}
