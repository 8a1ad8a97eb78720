import { readFile } from "node:fs/promises";
import type { ContainerFile } from "../driver";
import { attach } from "./attach";
import { rootfsIn } from "./configuration";
import type { Engine } from "./engine";
import { writeInside } from "./files-inside";
import { writeIntoLayer } from "./layer";
import type { ContainerPlace } from "./place";

/** Writes files into a container: from inside where it runs, else into its layer. */
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
