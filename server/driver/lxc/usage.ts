import { join } from "node:path";
import { measureGroups } from "../cgroup-usage";
import type { Usage } from "../driver";
import { payloadPrefix } from "./cgroups/cgroups";
import type { Engine } from "./engine";

/** Measures those of the containers that run, by their cgroups. */
export async function usageOf({ cgroups, place }: Engine, ids: readonly number[]): Promise<Usage[]> {
  const { unified, old } = cgroups.hierarchies;
  const oldFolder = (controller: string): string | undefined =>
    old.find(({ controllers }) => controllers.includes(controller))?.folder;
  const folders = {
    unified,
    memory: oldFolder("memory"),
    cpuacct: oldFolder("cpuacct"),
    pids: oldFolder("pids"),
  };
  const running = new Set(cgroups.names().payloads);
  return await measureGroups(
    ids
      .map((id) => ({ id, name: place.container(id).name }))
      .filter(({ name }) => running.has(name))
      .map(({ id, name }) => ({
        id,
        folders: Object.fromEntries(
          Object.entries(folders).map(([kind, folder]) => [
            kind,
            folder && join(folder, payloadPrefix + name),
          ]),
        ),
      })),
  );
}
