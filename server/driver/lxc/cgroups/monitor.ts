import { join } from "node:path";
import { type HostProcess, processWords } from "../commands/processes";
import type { Place } from "../place";
import { readCgroup } from "./read-cgroup";

/** The cgroup in which monitors clean up after their containers. All LXC containers of the host share it. */
export const pivot = "lxc.pivot";

/** Returns the name of the container that a process monitors, from the title that LXC gives to a monitor. */
export function monitoredName(
  [title = ""]: readonly string[],
  containersFolder?: string,
): string | undefined {
  const [, folder, name] = /^\[lxc monitor\] (.+) (\S+) *$/.exec(title) ?? [];
  return containersFolder === undefined || folder === containersFolder ? name : undefined;
}

/** Returns whether a process monitors a container of another owner, in any namespace. */
export function monitorsOthers(processes: readonly HostProcess[], place: Pick<Place, "idOf">): boolean {
  return processes
    .map(({ words }) => monitoredName(words))
    .some((name) => name !== undefined && place.idOf(name) === undefined);
}

/** A monitor that cleans up after its container, or starts it again after a `reboot` inside. */
interface MonitorAtPivot {
  readonly pid: number;
  /** The name of its container. */
  readonly name: string;
}

export async function monitorsAtPivot(unified: string): Promise<MonitorAtPivot[]> {
  const members = readCgroup(join(unified, pivot, "cgroup.procs")) ?? "";
  const pids = members.split("\n").filter((pid) => pid !== "");
  const found = await Promise.all(
    pids.map(async (text) => {
      const pid = Number(text);
      const name = monitoredName(await processWords(pid));
      return name === undefined ? [] : [{ pid, name }];
    }),
  );
  return found.flat();
}

/** Returns the names of the containers whose monitor cleans up after them, or starts them again after a `reboot`. */
export async function namesAtPivot(unified: string): Promise<string[]> {
  return (await monitorsAtPivot(unified)).map(({ name }) => name);
}
