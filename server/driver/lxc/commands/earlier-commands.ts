import type { Engine } from "../engine";
import { endLeftovers } from "../leftovers";

/**
 * Ends the commands that an earlier daemon left running, and removes what its failures left in the cgroup hierarchies.
 * Containers continue to run. Call it before any engine command of this daemon.
 */
export async function endEarlierCommands(engine: Engine): Promise<void> {
  const { place, runner, cgroups, timeoutMs } = engine;
  (await endLeftovers(place, timeoutMs)).forEach((id) => runner.interrupted.add(id));
  for (const name of cgroups.namesAnywhere()) {
    const id = place.idOf(name);
    // A killed command may still enter a cgroup.
    if (id !== undefined && !runner.interrupted.has(id) && !(await cgroups.isAlive(name))) {
      await cgroups.remove(name);
    }
  }
}
