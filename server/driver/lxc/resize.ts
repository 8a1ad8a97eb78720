import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hasErrno } from "../../../protocol/errno";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import { asFileSystemFault } from "../../support/files/file-system-fault";
import { payloadPrefix } from "./cgroups/cgroups";
import type { Engine } from "./engine";
import { applyLimits, limitLines } from "./limits";
import type { ContainerPlace } from "./place";

/**
 * Changes the limits of a container, immediately if it runs.
 *
 * @throws MccError `conflict` if it uses more memory than the new limit. Then no limit has changed.
 */
export async function resizeContainer(
  engine: Engine,
  container: ContainerPlace,
  type: InstanceType,
): Promise<void> {
  const { cgroups } = engine;
  const aside = `${container.limits}.new`;
  try {
    // First, because a full disk refuses it. Then no limit has changed.
    writeFileSync(aside, limitsText(engine, type));
    await engine.disk.change(container.layer, type);
    if (await cgroups.isAlive(container.name)) {
      await applyLimits(type, cgroups.hierarchies, payloadPrefix + container.name);
    }
    renameSync(aside, container.limits);
  } catch (error) {
    const fault = asFileSystemFault(error, container.limits);
    rmSync(aside, { force: true });
    throw hasErrno(error, "ENOSPC", "EDQUOT", "EROFS") ? fault : error;
  }
}

/** Whether the configuration of a container has the limits of a type already. */
export function hasLimits(engine: Engine, container: ContainerPlace, type: InstanceType): boolean {
  return readFileSync(container.limits, "utf8") === limitsText(engine, type);
}

/** Writes the part of a container's configuration that limits it. */
export function writeLimits(engine: Engine, container: ContainerPlace, type: InstanceType): void {
  writeFileSync(container.limits, limitsText(engine, type));
}

function limitsText({ cgroups }: Engine, type: InstanceType): string {
  return limitLines(type, cgroups.hierarchies)
    .map((line) => `${line}\n`)
    .join("");
}
