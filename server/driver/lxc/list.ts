import { readdir } from "node:fs/promises";
import { unlessErrno } from "../../support/errno";
import type { Container } from "../driver";
import { runningContainers } from "./cgroups/running";
import type { Engine } from "./engine";

/** All containers of ours in two looks, at folders and at cgroups; one that has only either of them too. */
export async function listContainers(engine: Engine): Promise<Container[]> {
  const { place } = engine;
  const entries = (await unlessErrno(readdir(place.containers), "ENOENT")) ?? [];
  const { running } = await runningContainers(engine);
  const ids = new Set([...entries.flatMap((entry) => place.idOf(entry) ?? []), ...running]);
  return [...ids].map((id) => ({ id, running: running.has(id) }));
}
