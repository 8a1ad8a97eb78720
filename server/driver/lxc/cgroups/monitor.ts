import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { type HostProcess, processWords } from "../commands/processes";
import type { Place } from "../place";

/** The cgroup from which monitors clear up after their containers; all of the host share it. */
export const pivot = "lxc.pivot";

/** The name of the container that a process watches over, by the title that LXC gives a monitor. */
export function monitoredName(
  [title = ""]: readonly string[],
  containersFolder?: string,
): string | undefined {
  const [, folder, name] = /^\[lxc monitor\] (.+) (\S+) *$/.exec(title) ?? [];
  return containersFolder === undefined || folder === containersFolder ? name : undefined;
}

/** Whether one of the processes watches over a container of somebody else, in whatever namespaces. */
export function monitorsOthers(processes: readonly HostProcess[], place: Pick<Place, "idOf">): boolean {
  return processes
    .map(({ words }) => monitoredName(words))
    .some((name) => name !== undefined && place.idOf(name) === undefined);
}

/** A monitor in the cgroup from which it clears up after its container, or starts it again after a `reboot` in it. */
interface MonitorAtPivot {
  readonly pid: number;
  /** Its container's. */
  readonly name: string;
}

export async function monitorsAtPivot(unified: string): Promise<MonitorAtPivot[]> {
  const members = await unlessErrno(
    readFile(join(unified, pivot, "cgroup.procs"), "utf8"),
    "ENOENT",
    "ENODEV",
  );
  const pids = (members ?? "").split("\n").filter((pid) => pid !== "");
  const found = await Promise.all(
    pids.map(async (text) => {
      const pid = Number(text);
      const name = monitoredName(await processWords(pid));
      return name === undefined ? [] : [{ pid, name }];
    }),
  );
  return found.flat();
}

/** The names of the containers that are being cleared up, or, after a `reboot` in them, started again. */
export async function namesAtPivot(unified: string): Promise<string[]> {
  return (await monitorsAtPivot(unified)).map(({ name }) => name);
}
