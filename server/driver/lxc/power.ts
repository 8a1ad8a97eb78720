import { within } from "../../support/time-limits";
import { commands } from "./commands/command";
import { endContainer } from "./destroy";
import type { Engine } from "./engine";
import type { ContainerPlace } from "./place";

/** Resolves once the first process runs; running already is success. A start that fails leaves nothing running. */
export async function startContainer(engine: Engine, container: ContainerPlace): Promise<void> {
  const { place, runner, bridges, cgroups, namespace, log } = engine;
  if (await cgroups.isAlive(container.name)) {
    return;
  }
  // While any is there, LXC gives the container others, where nobody looks for it.
  if (cgroups.hasAnywhere(container.name)) {
    await endContainer(engine, container);
  }
  try {
    await bridges.withPort(container, (bridge) =>
      runner.run(commands.start(place, container, bridge, namespace.through())),
    );
  } catch (error) {
    try {
      await endContainer(engine, container);
    } catch (second) {
      log.warn({ container: container.id, err: second }, "a start that failed could not be undone");
    }
    throw error;
  }
}

/** Asks the container to shut down, and forces it after `graceMs`; resolves once it is down. */
export async function stopContainer(
  engine: Engine,
  container: ContainerPlace,
  graceMs: number,
): Promise<void> {
  if (!(await engine.cgroups.isAlive(container.name))) {
    // A monitor that was killed leaves them, and by them it counts as running.
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

/** Resolves when the container is down, or will not go down. */
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
      "the container did not shut down when asked; forcing it",
    );
  }
}
