import { readKeptText } from "../../../support/files/kept-file";
import { runningContainers } from "../cgroups/running";
import { commands } from "../commands/command";
import { readConfiguration } from "../configuration/configuration";
import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";

/** Tells the host of the hardware address of a container that is about to run, or runs. */
export async function tellOf({ neighbours }: Engine, container: ContainerPlace): Promise<void> {
  if (neighbours.tell(container.id)) {
    return;
  }
  const reading = await readKeptText(container.configuration);
  const { ipAddress, ipv6Address } = readConfiguration(reading.outcome === "read" ? reading.value : "");
  if (ipAddress !== undefined) {
    neighbours.expect(container.id, { ipAddress, ipv6Address });
    neighbours.tell(container.id);
  }
}

/** The same for all that run when the daemon starts. Removes what a daemon of an earlier release told of other addresses. */
export async function tellOfRunning(engine: Engine): Promise<void> {
  const { place, runner } = engine;
  await runner.run(commands.forgetNeighbours(place));
  const { running } = await runningContainers(engine);
  await Promise.all([...running].map((id) => tellOf(engine, place.container(id))));
}
