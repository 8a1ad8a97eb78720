import { join } from "node:path";
import { z } from "zod";
import { MccError } from "../../../protocol/error";
import { writeJsonFile } from "../../support/files/json-file";
import { readKeptJson } from "../../support/files/kept-file";
import { ensureFolder } from "../../support/files/make-folder";
import type { DriverOptions, EngineOptions } from "../driver";
import type { Server } from "./api/types";
import type { EngineSettings } from "./settings";

/** Without the token, which is used up. */
const keptSchema = z.strictObject({
  url: z.string(),
  project: z.string(),
  pool: z.string(),
  nic: z.string(),
  group: z.string().optional(),
  /** The SHA-256 of the engine's certificate, which all members have. */
  engine: z.string().default(""),
});
type KeptOptions = z.infer<typeof keptSchema>;

function pathIn(folder: string): string {
  return join(folder, "engine.json");
}

/**
 * Keeps the settings with which the daemon serves, so that `mccserver --purge`, and a start without them, reach the same
 * engine and project.
 */
export async function keepOptions(
  folder: string,
  settings: EngineSettings,
  { environment }: Server,
): Promise<void> {
  const { urls, project, pool, nic, group } = settings;
  const kept: KeptOptions = {
    url: urls.join(","),
    project,
    pool,
    nic: `${nic.kind}:${nic.name}`,
    ...(group === undefined ? {} : { group }),
    engine: environment.certificate_fingerprint,
  };
  await ensureFolder(folder, 0o700);
  const earlier = await readKeptJson(pathIn(folder), keptSchema);
  if (earlier.outcome !== "read" || JSON.stringify(earlier.value) !== JSON.stringify(kept)) {
    await writeJsonFile(pathIn(folder), kept);
  }
}

/**
 * Refuses another engine than that of the last start: it does not have the instances, and they would count as gone.
 *
 * @throws MccError `conflict`.
 */
export async function requireSameEngine(folder: string, { environment }: Server): Promise<void> {
  const path = pathIn(folder);
  const kept = await readKeptJson(path, keptSchema);
  const isOther =
    kept.outcome === "read" && !["", environment.certificate_fingerprint].includes(kept.value.engine);
  if (isOther) {
    throw new MccError(
      "conflict",
      `The engine has another certificate than the one that has this daemon's instances, which was reached at ${kept.value.url}; give the --engine-url of that one, or remove ${path} if its certificate was replaced.`,
    );
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
