import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { readKeptText } from "../../support/files/kept-file";
import type { Remains } from "../driver";
import { readConfiguration } from "./configuration/configuration";
import type { Engine } from "./engine";
import { addressOf } from "./network/address-inside";
import type { ContainerPlace } from "./place";

/** Returns what can still be found of a container, from its configuration or else from its processes. */
export async function remainsOf({ cgroups }: Engine, container: ContainerPlace): Promise<Remains> {
  const text = await readIfThere(container.configuration);
  const stats = await unlessErrno(stat(container.folder), "ENOENT");
  const { rootfs, ...found } = readConfiguration(text ?? "");
  return {
    ...found,
    uid: await readIfThere(container.uid),
    ipAddress: found.ipAddress ?? (await addressOf(cgroups.payload(container.name))),
    image: rootfs === undefined ? undefined : basename(dirname(rootfs)),
    createdAt: stats?.birthtime.toISOString(),
  };
}

/** Treats a damaged file as a missing one. */
async function readIfThere(path: string): Promise<string | undefined> {
  const reading = await readKeptText(path);
  return reading.outcome === "read" ? reading.value : undefined;
}
