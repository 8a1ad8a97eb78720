import type { Engine } from "../engine";
import { endLeftovers } from "../leftovers";

/**
 * Ends what a daemon before this one left at work, and clears away what its failures left in the cgroup
 * hierarchies; containers run on. To be called before any engine command of this daemon's.
 */
export async function endEarlierCommands(engine: Engine): Promise<void> {
  const { place, runner, cgroups, timeoutMs } = engine;
  (await endLeftovers(place, timeoutMs)).forEach((id) => runner.interrupted.add(id));
  for (const name of await cgroups.namesAnywhere()) {
    const id = place.idOf(name);
    // What was cut off may yet be on its way into a cgroup.
    if (id !== undefined && !runner.interrupted.has(id) && !(await cgroups.isAlive(name))) {
      await cgroups.remove(name);
    }
  }
}
