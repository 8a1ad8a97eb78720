import { MccError } from "../../../protocol/error";
import { ApiError } from "./api/api-error";
import { readProject } from "./api/read-project";
import { anythingSchema } from "./api/types";
import type { Engine } from "./engine";

/** What the project of a daemon permits: what instances need, and nothing that reaches the members. */
export const projectConfiguration = {
  "features.images": "true",
  "features.profiles": "true",
  "features.storage.volumes": "true",
  restricted: "true",
  // The host name, and the address of a bridged interface, are lines of LXC's configuration.
  "restricted.containers.lowlevel": "allow",
  "restricted.devices.nic": "allow",
  "restricted.cluster.target": "allow",
} as const;

/** Creates the project unless it exists. */
export async function requireProject(engine: Engine): Promise<void> {
  const { api, settings } = engine;
  if ((await readProject(api)) !== undefined) {
    return;
  }
  try {
    await api.call(anythingSchema, "POST", "/1.0/projects", {
      query: { project: undefined },
      json: {
        name: settings.project,
        description: "Instances of a MiniCloud daemon",
        config: projectConfiguration,
      },
    });
  } catch (error) {
    if ((await readProject(api)) === undefined) {
      throw error;
    }
  }
}

/** Removes the project. @throws MccError `conflict` if others put something into it. */
export async function removeProject(engine: Engine): Promise<void> {
  const { api, settings } = engine;
  try {
    await api.change("DELETE", `/1.0/projects/${settings.project}`);
  } catch (error) {
    if ((await readProject(api)) !== undefined) {
      throw MccError.reword(
        error,
        `The project ${settings.project} of the engine could not be removed: ${error instanceof ApiError ? error.words : String(error)}; remove what others put into it, and then the project.`,
        "engine",
      );
    }
  }
}
