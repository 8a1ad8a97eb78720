import type { Api } from "./api";
import { ApiError } from "./api-error";
import { projectSchema } from "./types";

/** Returns the settings of the project; undefined if the engine says that it does not exist. */
export async function readProject(api: Api): Promise<Record<string, string> | undefined> {
  try {
    const { config } = await api.get(projectSchema, `/1.0/projects/${api.project}`);
    return config ?? {};
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
