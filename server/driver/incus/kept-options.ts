import { join } from "node:path";
import { z } from "zod";
import { writeJsonFile } from "../../support/files/json-file";
import { readKeptJson } from "../../support/files/kept-file";
import { ensureFolder } from "../../support/files/make-folder";
import type { DriverOptions, EngineOptions } from "../driver";
import type { EngineSettings } from "./settings";

/** Without the token, which is used up. */
const keptSchema = z.strictObject({
  url: z.string(),
  project: z.string(),
  pool: z.string(),
  nic: z.string(),
  group: z.string().optional(),
});
type KeptOptions = z.infer<typeof keptSchema>;

function pathIn(folder: string): string {
  return join(folder, "engine.json");
}

/**
 * Keeps the settings with which the daemon serves, so that `mccserver --purge`, and a start without them, reach the same
 * engine and project.
 */
export async function keepOptions(folder: string, settings: EngineSettings): Promise<void> {
  const { urls, project, pool, nic, group } = settings;
  const kept: KeptOptions = {
    url: urls.join(","),
    project,
    pool,
    nic: `${nic.kind}:${nic.name}`,
    ...(group === undefined ? {} : { group }),
  };
  await ensureFolder(folder, 0o700);
  const earlier = await readKeptJson(pathIn(folder), keptSchema);
  if (earlier.outcome !== "read" || JSON.stringify(earlier.value) !== JSON.stringify(kept)) {
    await writeJsonFile(pathIn(folder), kept);
  }
}

/** Adds the kept settings where none are given. A damaged file is reported, and counts as missing. */
export async function withKeptOptions(options: DriverOptions): Promise<DriverOptions> {
  const path = pathIn(options.folder);
  const reading = await readKeptJson(path, keptSchema);
  if (reading.outcome === "damaged") {
    options.reportDamage?.(path, reading.reason);
  }
  return reading.outcome === "read" ? { ...options, engine: given(reading.value, options.engine) } : options;
}

function given(kept: KeptOptions, engine: EngineOptions = {}): EngineOptions {
  const { url = kept.url, project = kept.project, pool = kept.pool, nic = kept.nic } = engine;
  return { ...engine, url, project, pool, nic, group: engine.group ?? kept.group };
}
