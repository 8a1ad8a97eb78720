import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "./host";

/** A host whose containers are in the daemon's memory. */
export async function withSimulatedHost<T>(folder: string, work: (host: Host) => Promise<T>): Promise<T> {
  const archive = join(folder, "image.tar");
  await writeFile(archive, "");
  return await work({
    driver: "simulated",
    folder,
    environment: {},
    image: "micro",
    archive,
    containersOutliveDaemon: false,
    equip: () => Promise.resolve(),
    containers: () => undefined,
    limits: () => undefined,
    traces: () => Promise.resolve([]),
  });
}
