import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";
import { type Cgroups, isPopulated } from "./cgroups";
import { namesAtPivot } from "./monitor";

export interface RunningContainers {
  readonly running: ReadonlySet<number>;
  /** Those whose monitor cleans up. No event reports when it ends. */
  readonly ending: ReadonlySet<number>;
}

/**
 * Returns this daemon's containers that run, by one read of the cgroups. A container whose processes have ended still
 * counts while its monitor exists: the monitor cleans up, or starts the container again after a `reboot` inside.
 */
export async function runningContainers({
  place,
  cgroups,
}: Pick<Engine, "cgroups" | "place">): Promise<RunningContainers> {
  const names = new Set<string>();
  addNames(cgroups, names);
  const atPivot = await namesAtPivot(cgroups.hierarchies.unified);
  // A monitor that was at the pivot during the first read may have left it before the second.
  addNames(cgroups, names);
  const ids = (list: Iterable<string>): number[] => [...list].flatMap((name) => place.idOf(name) ?? []);
  return { running: new Set(ids([...names, ...atPivot])), ending: new Set(ids(atPivot)) };
}

/** The same for a few containers, whatever the number of the others is. */
export async function runningAmong(
  { place, cgroups }: Pick<Engine, "cgroups" | "place">,
  ids: ReadonlySet<number>,
): Promise<RunningContainers> {
  const places = [...ids].map((id) => place.container(id));
  const inCgroups = (): ContainerPlace[] =>
    places.filter(({ name }) => cgroups.hasPayload(name) || isPopulated(cgroups.monitor(name)));
  const before = inCgroups();
  const namesThere = new Set(await namesAtPivot(cgroups.hierarchies.unified));
  const atPivot = places.filter(({ name }) => namesThere.has(name));
  // Here too, a monitor may have left the pivot before that read.
  const after = inCgroups();
  const idsOf = (list: readonly ContainerPlace[]): Set<number> => new Set(list.map(({ id }) => id));
  return { running: idsOf([...before, ...atPivot, ...after]), ending: idsOf(atPivot) };
}

function addNames(cgroups: Cgroups, names: Set<string>): void {
  const { payloads, monitors } = cgroups.names();
  payloads.forEach((name) => names.add(name));
  for (const name of monitors) {
    // A failed start leaves an empty cgroup.
    if (!names.has(name) && isPopulated(cgroups.monitor(name))) {
      names.add(name);
    }
  }
}
