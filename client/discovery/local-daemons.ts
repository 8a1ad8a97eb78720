import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../protocol/errno";
import { runtimeFileSchema, runtimeFolders } from "../../protocol/runtime-file";
import { isAlive } from "./is-alive";

/**
 * Where the daemons of this host serve that this user can know of, as URLs.
 *
 * @param environment names the folders where they leave their files.
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
    // A killed daemon could not take its file along.
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
