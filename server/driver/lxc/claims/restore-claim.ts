import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { payloadPrefix } from "../cgroups/cgroups";
import { firstProcessOf } from "../cgroups/first-process";
import { monitoredName } from "../cgroups/monitor";
import { runningContainers } from "../cgroups/running";
import { processWords } from "../commands/processes";
import { readConfiguration } from "../configuration/configuration";
import type { Engine } from "../engine";
import { applyLimitLines } from "../limits";
import type { ContainerPlace } from "../place";
import { KernelHostName } from "./kernel-host-name";

/** How long a container may take to get its cable. */
const patienceMs = 2000;
const lookEveryMs = 20;

/** Whether a reboot inside may give the container the host name, the limits and the cable that it had before its claim. */
export function mayNeedClaim(container: ContainerPlace): boolean {
  return existsSync(container.claimed);
}

/**
 * Gives a claimed container that has rebooted its owner's properties again. Its monitor still has the configuration of its
 * start in memory, so the container has the cable of one that nobody owns, and reaches no other. A container that did not
 * reboot is unchanged.
 *
 * @throws MccError `engine`, `timeout`.
 */
export async function restoreClaim(engine: Engine, container: ContainerPlace): Promise<void> {
  const { cgroups, groups, cables, chatter } = engine;
  const before = await unlessErrno(readFile(container.claimed, "utf8"), "ENOENT");
  // The same as before: nobody has claimed it yet.
  const cable = groups.cableOf(container);
  if (before === undefined || before === cable) {
    return;
  }
  const pid = await startedAgain(engine, container, before);
  if (pid === undefined) {
    return;
  }
  const { hostname = "" } = readConfiguration(await readFile(container.configuration, "utf8"));
  const hostName = new KernelHostName(engine, container, pid);
  try {
    await hostName.set(hostname);
  } finally {
    hostName.close();
  }
  const limits = await readFile(container.limits, "utf8");
  await applyLimitLines(limits, cgroups.hierarchies, payloadPrefix + container.name);
  // Last, because other containers reach it from then on.
  await cables.rename(before, cable);
  chatter.started(cable);
}

/**
 * Returns the container's first process once it runs the container's own program. Until then, it is still a copy of LXC's
 * monitor, which sets the host name of its configuration.
 *
 * @param cable that it gets. The cable of its earlier life may exist for a moment, as long as the kernel cleans up.
 * @returns undefined if it does not start again within some time.
 */
async function startedAgain(
  { cgroups }: Engine,
  container: ContainerPlace,
  cable: string,
): Promise<number | undefined> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookEveryMs) {
    if (!(await cgroups.isAlive(container.name))) {
      return undefined;
    }
    const pid = cableExists(cable) ? await firstProcessOf(cgroups.payload(container.name)) : undefined;
    const words = pid === undefined ? [] : await processWords(pid);
    if (words.length > 0 && monitoredName(words) === undefined) {
      return pid;
    }
    await pause(lookEveryMs);
  }
  return undefined;
}

/** Does so for all containers that rebooted while no daemon ran. */
export async function restoreClaims(engine: Engine): Promise<void> {
  const { place, log } = engine;
  const { running } = await runningContainers(engine);
  for (const id of cutOff(engine, running)) {
    await restoreClaim(engine, place.container(id)).catch((error: unknown) => {
      log.warn({ container: id, err: error }, "a container is cut off after its reboot");
    });
  }
}

/** Returns those of the running containers that lost their claim's cable by a reboot. */
export function cutOff({ place, groups }: Engine, running: Iterable<number>): number[] {
  return [...running].filter((id) => {
    const container = place.container(id);
    if (!mayNeedClaim(container)) {
      return false;
    }
    const [cable, before] = [groups.cableOf(container), readFileSync(container.claimed, "utf8")];
    // The cable of its earlier life may exist next to the new one.
    return cable !== before && (!cableExists(cable) || cableExists(before));
  });
}

function cableExists(cable: string): boolean {
  return existsSync(`/sys/class/net/${cable}`);
}
