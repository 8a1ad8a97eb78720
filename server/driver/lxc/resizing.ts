import { writeFileSync } from "node:fs";
import type { InstanceType } from "../../../protocol/instance-type";
import { payloadPrefix } from "./cgroups";
import type { Engine } from "./engine";
import { applyLimits, limitLines } from "./limits";
import type { ContainerPlace } from "./place";

/**
 * Gives a container other limits, at once where it runs.
 *
 * @throws MccError `conflict` when it uses more memory now than it may then; nothing has changed in that case.
 */
export async function resizeContainer(
  engine: Engine,
  container: ContainerPlace,
  type: InstanceType,
): Promise<void> {
  const { cgroups } = engine;
  if (await cgroups.isAlive(container.name)) {
    await applyLimits(type, cgroups.hierarchies, payloadPrefix + container.name);
  }
  writeLimits(engine, container, type);
}

/** Writes the part of a container's configuration that limits it. */
export function writeLimits({ cgroups }: Engine, container: ContainerPlace, type: InstanceType): void {
  const lines = limitLines(type, cgroups.hierarchies);
  writeFileSync(container.limits, lines.map((line) => `${line}\n`).join(""));
}
