import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { removeTree } from "../../support/files/remove-tree";
import { killAll } from "./cgroups/cgroups";
import { monitorsAtPivot } from "./cgroups/monitor";
import { stuckProcesses } from "./cgroups/stuck-processes";
import { killWithGroup } from "./commands/processes";
import type { Engine } from "./engine";
import { engineProcesses } from "./leftovers";
import { hasLink, masterOf } from "./network/link";
import type { ContainerPlace } from "./place";

const firstLookMs = 10;
/** Each look costs system calls, and many containers that end at the same time take longer. So the pauses grow. */
const lookFactor = 1.6;
const longestLookMs = 100;
/** Killed processes end in less time unless they are frozen. */
const thawEveryMs = 200;
/** How often the log reports that a removal is still running. */
const tellEveryMs = 30_000;

/** Ends a container in any state, and removes everything that belongs to it. No container is a success. */
export async function destroyContainer(engine: Engine, container: ContainerPlace): Promise<void> {
  await endContainer(engine, container);
  engine.neighbours.forget(container.id);
  engine.hostsFiles.forget(container.id);
  await rm(container.lock, { force: true });
  // Last, because the container is listed as long as its folder exists.
  await removeFolder(engine, container);
  engine.groups.leave(container);
  await engine.firewall.dismiss(container);
}

/** Removes the folder, and logs its progress: millions of files take minutes. */
async function removeFolder(engine: Engine, container: ContainerPlace): Promise<void> {
  const { log } = engine;
  const { id, layer, folder } = container;
  const begin = Date.now();
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - begin) / 1000);
    log.warn({ container: id, seconds }, "the files of a container are still being removed");
  }, tellEveryMs);
  try {
    await forgetDiskLimit(engine, container);
    await removeTree(layer);
    await removeTree(folder);
  } finally {
    clearInterval(progress);
  }
}

/** Its files are removed in any case. */
async function forgetDiskLimit({ disk, log }: Engine, { id, layer }: ContainerPlace): Promise<void> {
  try {
    await disk.forget(layer);
  } catch (error) {
    log.warn({ container: id, err: error }, "the disk limit of a container could not be removed");
  }
}

/**
 * Kills all processes of a container and cleans up after it. No container is a success.
 *
 * @throws MccError `timeout` that names what does not end. If the kernel blocks a process, it is thrown long before the
 * time limit.
 */
export async function endContainer(engine: Engine, container: ContainerPlace): Promise<void> {
  const { cgroups, timeoutMs, times } = engine;
  const patienceMs = Math.min(times.monitorPatienceMs, timeoutMs / 2);
  const begin = Date.now();
  let thawAtMs = thawEveryMs;
  let pauseMs = firstLookMs;
  for (;;) {
    const passedMs = Date.now() - begin;
    if (await endProcesses(engine, container, passedMs > patienceMs)) {
      break;
    }
    if (passedMs > thawAtMs) {
      await cgroups.thaw(container.name);
      thawAtMs = passedMs + thawEveryMs;
    }
    if (passedMs > patienceMs) {
      await refuseStuck(engine, container, passedMs > timeoutMs);
    }
    await pause(pauseMs);
    pauseMs = Math.min(pauseMs * lookFactor, longestLookMs);
  }
  const cable = engine.groups.cableOf(container);
  await removeCable(engine, cable);
  engine.chatter.ended(cable);
  engine.runner.interrupted.delete(container.id);
}

/** @throws MccError `timeout` if the kernel blocks a process, or if the time limit has passed. */
async function refuseStuck(
  { place, cgroups, timeoutMs }: Engine,
  { id, name }: ContainerPlace,
  isOver: boolean,
): Promise<void> {
  const stuck = await stuckProcesses(cgroups.payload(name));
  if (stuck.length > 0) {
    throw new MccError(
      "timeout",
      `Container ${id} was killed but cannot end because the kernel blocks ${stuck.join(", ")}; end what it waits for, such as a file system whose server is gone.`,
    );
  }
  if (isOver) {
    throw new MccError(
      "timeout",
      `Container ${id} did not end within ${timeoutMs / 1000} s; see lxc-info -P ${place.containers} -n ${name}.`,
    );
  }
}

/** @returns whether no process runs any more, and the cgroup hierarchies have nothing of the container. */
async function endProcesses(
  { place, cgroups, runner }: Engine,
  container: ContainerPlace,
  monitorToo: boolean,
): Promise<boolean> {
  const { id, name } = container;
  // Only a killed command leaves processes that LXC does not list. Searching for them takes long.
  const strays = runner.interrupted.has(id)
    ? (await engineProcesses(place)).filter((process) => process.container === id)
    : [];
  strays.filter(({ kind }) => monitorToo || kind !== "monitor").forEach(({ pid }) => killWithGroup(pid));
  killAll(cgroups.payload(name));
  if (monitorToo) {
    killAll(cgroups.monitor(name));
    (await monitorsAtPivot(cgroups.hierarchies.unified))
      .filter((monitor) => monitor.name === name)
      .forEach(({ pid }) => killWithGroup(pid));
  }
  return strays.length === 0 && !(await cgroups.isAlive(name)) && (await cgroups.remove(name));
}

/**
 * Removes the cable. The kernel does it with the container, unless a start was interrupted before the container had it.
 */
async function removeCable({ place, cables }: Engine, veth: string): Promise<void> {
  // Its name contains less of the server id than the bridge's name: another daemon's cable may have the same name.
  const master = (await hasLink(veth)) ? ((await masterOf(veth)) ?? place.bridge) : undefined;
  if (master === undefined || place.bridgeNumber(master) === undefined) {
    return;
  }
  // The kernel may remove it in the meantime.
  await cables.remove(veth);
}
