import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { InstanceCatalog } from "./instance-catalog";
import type { Instances } from "./instances";
import { readJsonFile, writeJsonFile } from "./json-file";
import { tolerate } from "./tolerate";

const fileSchema = z.strictObject({ bootId: z.string() });

/**
 * Starts the instances that were to run when the host went down. When the host has not been started anew since
 * the daemon last ran, it leaves alone what is down, as then somebody brought it down.
 *
 * Resolves when all are up, or could not be started; a daemon that ends before does it again.
 */
export async function startAfterReboot(
  stateFolder: string,
  catalog: InstanceCatalog,
  instances: Instances,
): Promise<void> {
  const path = join(stateFolder, "boot-id.json");
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const last = await tolerate(["ENOENT"], readJsonFile(path, fileSchema));
  if (last?.bootId === bootId) {
    return;
  }
  await instances.startAgain(
    catalog.all().filter((instance) => instance.status === "stopped" && instance.record.wanted === "running"),
  );
  await writeJsonFile(path, { bootId });
}
