import { readFile } from "node:fs/promises";
import type { ContainerFile } from "../driver";
import { rootfsIn } from "./configuration/configuration";
import type { Engine } from "./engine";
import { attach } from "./exec";
import { writeInside } from "./files/files-inside";
import { writeIntoLayer } from "./files/layer";
import type { ContainerPlace } from "./place";

/** Writes files into a container: from inside if it runs, otherwise into its layer. */
export async function writeFiles(
  engine: Engine,
  container: ContainerPlace,
  files: readonly ContainerFile[],
): Promise<void> {
  if (await engine.cgroups.isAlive(container.name)) {
    await writeInside((request) => attach(engine, container, request), files, engine.timeoutMs);
  } else {
    const rootfs = rootfsIn(await readFile(container.configuration, "utf8"));
    writeIntoLayer({ delta: container.delta, rootfs }, files);
  }
}
