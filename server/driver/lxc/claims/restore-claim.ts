import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { payloadPrefix } from "../cgroups/cgroups";
import { firstProcessOf } from "../cgroups/first-process";
import { runningContainers } from "../cgroups/running";
import { readConfiguration } from "../configuration/configuration";
import type { Engine } from "../engine";
import { applyLimitLines } from "../limits";
import type { ContainerPlace } from "../place";
import { HostNameSetter } from "./host-name-setter";

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
  const { cgroups, groups, cables, chatter, timeoutMs } = engine;
  const before = await unlessErrno(readFile(container.claimed, "utf8"), "ENOENT");
  // The same as before: nobody has claimed it yet.
  const cable = groups.cableOf(container);
  const isThere = (name: string): boolean => existsSync(`/sys/class/net/${name}`);
  if (before === undefined || before === cable) {
    return;
  }
  // The cable of its earlier life may exist for a moment.
  for (let waitedMs = 0; !isThere(before); waitedMs += lookEveryMs) {
    if (waitedMs >= patienceMs || !(await cgroups.isAlive(container.name))) {
      return;
    }
    await pause(lookEveryMs);
  }
  const pid = await firstProcessOf(cgroups.payload(container.name));
  if (pid === undefined) {
    throw new MccError("engine", `The first process of container ${container.id} was not found.`);
  }
  const { hostname = "" } = readConfiguration(await readFile(container.configuration, "utf8"));
  const setter = new HostNameSetter(container, pid);
  try {
    await setter.set(hostname, timeoutMs);
  } finally {
    setter.close();
  }
  const limits = await readFile(container.limits, "utf8");
  await applyLimitLines(limits, cgroups.hierarchies, payloadPrefix + container.name);
  // Last, because other containers reach it from then on.
  await cables.rename(before, cable);
  chatter.started(cable);
}

/** Does so for all containers that rebooted while no daemon ran. */
export async function restoreClaims(engine: Engine): Promise<void> {
  const { place, groups, log } = engine;
  const { running } = await runningContainers(engine);
  const cutOff = [...running]
    .map((id) => place.container(id))
    .filter(
      (container) => mayNeedClaim(container) && !existsSync(`/sys/class/net/${groups.cableOf(container)}`),
    );
  for (const container of cutOff) {
    await restoreClaim(engine, container).catch((error: unknown) => {
      log.warn({ container: container.id, err: error }, "a container is cut off after its reboot");
    });
  }
}
