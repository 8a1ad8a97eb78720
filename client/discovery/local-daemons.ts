import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runtimeFileSchema, runtimeFolders } from "../../protocol/runtime-file";
import { isAlive } from "./is-alive";

/**
 * Returns the URLs of the daemons on this host whose files this user can read.
 *
 * @param environment the variables that name the folders of these files.
 */
export async function localDaemons(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const found = await Promise.all(runtimeFolders(environment).map(daemonsIn));
  return [...new Set(found.flat())].sort();
}

async function daemonsIn(folder: string): Promise<string[]> {
  const names = (await unlessUnreadable(readdir(folder))) ?? [];
  const paths = names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  const files = await Promise.all(paths.map((path) => unlessUnreadable(readFile(path, "utf8"))));
  return files.flatMap((text = "") => {
    const { data } = runtimeFileSchema.safeParse(parsed(text));
    // A killed daemon does not remove its file.
    return data !== undefined && isAlive(data.pid) ? new URL(data.url).origin : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ignores files that this user cannot read, and files that are removed at the same time. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      ["ENOENT", "EACCES", "EISDIR"].includes(String(error.code))
    ) {
      return undefined;
    }
    throw error;
  }
}
