import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../protocol/errno";
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

/** Other users' files are none of this user's, and one that is just going away is gone. */
const unreadable = ["ENOENT", "EACCES", "EISDIR"];

async function daemonsIn(folder: string): Promise<string[]> {
  const names = (await unlessErrno(readdir(folder), ...unreadable)) ?? [];
  const paths = names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  const files = await Promise.all(paths.map((path) => unlessErrno(readFile(path, "utf8"), ...unreadable)));
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
