import type { Container } from "../driver";
import { runningContainers } from "./cgroups/running";
import type { Engine } from "./engine";
import { entriesOf } from "./files/folder";

/**
 * Lists all containers of this daemon by one read of folders and one of cgroups, also those that have only one of them.
 */
export async function listContainers(engine: Engine): Promise<Container[]> {
  const { place } = engine;
  const entries = entriesOf(place.containers);
  const { running } = await runningContainers(engine);
  const ids = new Set([...entries.flatMap((entry) => place.idOf(entry) ?? []), ...running]);
  return [...ids].map((id) => ({ id, state: running.has(id) ? "running" : "stopped" }));
}
