import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "./errno";

/** As many symbolic links as the kernel follows in one path: path_resolution(7). */
const mostLinks = 40;

/**
 * Where a path leads for someone to whom `root` is the root of the file system. Links are followed, and never
 * out of it.
 *
 * @param path absolute, as it is inside.
 * @returns the path inside, without links; undefined when nothing is there, or the links go in circles.
 */
export async function resolveInRoot(root: string, path: string): Promise<string | undefined> {
  const names = path.split("/");
  let resolved = "/";
  let links = 0;
  while (names.length > 0) {
    const name = names.shift() ?? "";
    // `join` keeps ".." of the root inside the root.
    const next = join(resolved, name);
    const stats = await unlessErrno(lstat(join(root, next)), "ENOENT", "ENOTDIR", "ENAMETOOLONG");
    if (stats === undefined) {
      return undefined;
    }
    if (!stats.isSymbolicLink()) {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) {
      return undefined;
    }
    const target = await readlink(join(root, next));
    names.unshift(...target.split("/"));
    resolved = target.startsWith("/") ? "/" : resolved;
  }
  return resolved;
}
