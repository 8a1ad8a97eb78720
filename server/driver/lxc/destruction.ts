import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { killAll } from "./cgroups";
import { commands } from "./command";
import type { Engine } from "./engine";
import { engineProcesses } from "./leftovers";
import { hasLink, masterOf } from "./link";
import type { ContainerPlace } from "./place";
import { killWithGroup } from "./process";

const lookEveryMs = 10;

/** Ends a container, in whatever state it is, and removes all that there is of it. None there is success. */
export async function destroyContainer(engine: Engine, container: ContainerPlace): Promise<void> {
  await endContainer(engine, container);
  await rm(container.lock, { force: true });
  // Last, as the container is listed as long as its folder is there.
  await rm(container.folder, { recursive: true, force: true });
}

/**
 * Kills whatever runs of a container and clears up after it. Nothing there is success.
 *
 * @throws MccError `timeout` when it does not end.
 */
export async function endContainer(engine: Engine, container: ContainerPlace): Promise<void> {
  const { place, timeoutMs, times } = engine;
  const patienceMs = Math.min(times.monitorPatienceMs, timeoutMs / 2);
  const begin = Date.now();
  while (!(await endProcesses(engine, container, Date.now() - begin > patienceMs))) {
    if (Date.now() - begin > timeoutMs) {
      throw new MccError(
        "timeout",
        `Container ${container.id} did not end within ${timeoutMs / 1000} s; see lxc-info -P ${place.containers} -n ${container.name}.`,
      );
    }
    await pause(lookEveryMs);
  }
  await removeCable(engine, container);
  engine.runner.interrupted.delete(container.id);
}

/** @returns whether nothing runs any more, and nothing is left in the cgroup hierarchies. */
async function endProcesses(
  { place, cgroups, runner }: Engine,
  container: ContainerPlace,
  monitorToo: boolean,
): Promise<boolean> {
  const { id, name } = container;
  // Only a command that was killed leaves processes that LXC does not list: looking for them takes long.
  const strays = runner.interrupted.has(id)
    ? (await engineProcesses(place)).filter((process) => process.container === id)
    : [];
  strays.filter(({ kind }) => monitorToo || kind !== "monitor").forEach(({ pid }) => killWithGroup(pid));
  await killAll(cgroups.payload(name));
  if (monitorToo) {
    await killAll(cgroups.monitor(name));
  }
  return strays.length === 0 && !(await cgroups.isAlive(name)) && (await cgroups.remove(name));
}

/** The kernel removes it with the container, unless a start was cut off before the container had it. */
async function removeCable({ place, runner }: Engine, { veth }: ContainerPlace): Promise<void> {
  // Its name has room for less of the server id than the bridge's: another daemon's may be called the same.
  const master = (await hasLink(veth)) ? ((await masterOf(veth)) ?? place.bridge) : undefined;
  if (master === undefined || place.bridgeNumber(master) === undefined) {
    return;
  }
  try {
    await runner.run(commands.removeLink(veth));
  } catch (error) {
    // The kernel may have been at it.
    if (await hasLink(veth)) {
      throw error;
    }
  }
}
