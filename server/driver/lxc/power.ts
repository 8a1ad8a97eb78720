import { rmSync } from "node:fs";
import { within } from "../../support/time-limits";
import { commands } from "./commands/command";
import { lxcfsWords } from "./configuration/lxcfs";
import { endContainer } from "./destroy";
import type { Engine } from "./engine";
import { forgetFailedReboot } from "./failed-reboot";
import { changeNameServers } from "./name-servers";
import { cableMtuWords } from "./network/cable-mtu";
import { tellOf } from "./network/tell-of";
import type { ContainerPlace } from "./place";

/**
 * Resolves when the first process runs. A running container is a success. A failed start leaves nothing running.
 *
 * @param nameservers Default: the earlier ones.
 */
export async function startContainer(
  engine: Engine,
  container: ContainerPlace,
  nameservers?: readonly string[],
): Promise<void> {
  const { place, runner, bridges, groups, cgroups, namespace, starter, chatter, log } = engine;
  if (await cgroups.isAlive(container.name)) {
    return;
  }
  // While any exists, LXC does not start the container.
  if (cgroups.hasAnywhere(container.name)) {
    await endContainer(engine, container);
  }
  if (nameservers !== undefined) {
    await changeNameServers(engine, container, nameservers);
  }
  await tellOf(engine, container);
  const moreWords = await lxcfsWords();
  // From now on, all that runs is as the configuration says.
  rmSync(container.claimed, { force: true });
  forgetFailedReboot(container);
  try {
    const cable = groups.cableOf(container);
    await bridges.withPort(cable, (bridge) => {
      const words = [...cableMtuWords(bridge), ...moreWords];
      return runner.run(commands.start(place, container, bridge, namespace.through(), words), (command) =>
        starter.begin(command),
      );
    });
    chatter.started(cable);
  } catch (error) {
    try {
      await endContainer(engine, container);
    } catch (second) {
      log.warn({ container: container.id, err: second }, "a failed start could not be undone");
    }
    throw error;
  }
}

/** Requests a shutdown of the container, and forces it after `graceMs`. Resolves when the container is stopped. */
export async function stopContainer(
  engine: Engine,
  container: ContainerPlace,
  graceMs: number,
): Promise<void> {
  await endIfAlive(engine, container, graceMs);
  forgetFailedReboot(container);
}

async function endIfAlive(engine: Engine, container: ContainerPlace, graceMs: number): Promise<void> {
  if (!(await engine.cgroups.isAlive(container.name))) {
    // A killed monitor leaves cgroups, and with them the container counts as running.
    if (engine.cgroups.hasAnywhere(container.name)) {
      await endContainer(engine, container);
    }
    return;
  }
  const asked = graceMs > 0 ? askToStop(engine, container, graceMs) : Promise.resolve();
  await within(graceMs, asked);
  await endContainer(engine, container);
  await asked;
}

/** Resolves when the container is stopped, or does not stop. */
async function askToStop(
  { place, runner, log, times }: Engine,
  container: ContainerPlace,
  graceMs: number,
): Promise<void> {
  const graceSeconds = Math.ceil(graceMs / 1000);
  try {
    await runner.run(commands.askToStop(place, container, graceSeconds, graceMs + times.noticeMs));
  } catch (error) {
    log.warn(
      { container: container.id, err: error },
      "the container did not shut down on request; it is being forced",
    );
  }
}
