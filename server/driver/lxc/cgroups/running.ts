import type { Engine } from "../engine";
import { type Cgroups, isPopulated } from "./cgroups";
import { namesAtPivot } from "./monitor";

export interface RunningContainers {
  readonly running: ReadonlySet<number>;
  /** Those of them whose monitor clears up, which no event tells the end of. */
  readonly ending: ReadonlySet<number>;
}

/**
 * The containers of ours that run, in one look. One whose processes are gone still counts while its monitor is
 * there: it is being cleared up, or, after a `reboot` in it, started again.
 */
export async function runningContainers({ place, cgroups }: Engine): Promise<RunningContainers> {
  const names = new Set<string>();
  await addNames(cgroups, names);
  const atPivot = await namesAtPivot(cgroups.hierarchies.unified);
  // A monitor that was at the pivot at the first look may have left it before the second.
  await addNames(cgroups, names);
  const ids = (list: Iterable<string>): number[] => [...list].flatMap((name) => place.idOf(name) ?? []);
  return { running: new Set(ids([...names, ...atPivot])), ending: new Set(ids(atPivot)) };
}

async function addNames(cgroups: Cgroups, names: Set<string>): Promise<void> {
  const { payloads, monitors } = await cgroups.names();
  payloads.forEach((name) => names.add(name));
  for (const name of monitors) {
    // A failed start leaves an empty one.
    if (!names.has(name) && (await isPopulated(cgroups.monitor(name)))) {
      names.add(name);
    }
  }
}
