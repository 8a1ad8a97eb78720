import * as files from "node:fs/promises";
import type { ContainerFile } from "../driver";
import { readInside } from "../read-inside";
import { writeInside } from "../write-inside";
import { rootfsIn } from "./configuration/configuration";
import type { Engine } from "./engine";
import { attach } from "./exec";
import { readFromLayer, writeIntoLayer } from "./files/layer";
import type { ContainerPlace } from "./place";

/** Writes files into a container: from inside if it runs, otherwise into its layer. */
export async function writeFiles(
  engine: Engine,
  container: ContainerPlace,
  contents: readonly ContainerFile[],
): Promise<void> {
  if (await engine.cgroups.isAlive(container.name)) {
    await writeInside((request) => attach(engine, container, request), contents, engine.timeoutMs);
  } else {
    const rootfs = rootfsIn(await files.readFile(container.configuration, "utf8"));
    writeIntoLayer({ delta: container.delta, rootfs }, contents);
  }
}

/** Returns the first bytes of a file in a container: from inside if it runs, otherwise from its layer. */
export async function readFile(
  engine: Engine,
  container: ContainerPlace,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (await engine.cgroups.isAlive(container.name)) {
    return await readInside(
      (request) => attach(engine, container, request),
      path,
      maxBytes,
      engine.timeoutMs,
    );
  }
  return await readFromLayer(container.delta, path, maxBytes);
}
