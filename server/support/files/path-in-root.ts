import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno } from "../../../protocol/errno";

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
    const target = await targetOf(join(root, next));
    if (target === "nothing") {
      return undefined;
    }
    if (target === "no link") {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) {
      return undefined;
    }
    names.unshift(...target.to.split("/"));
    resolved = target.to.startsWith("/") ? "/" : resolved;
  }
  return resolved;
}

/**
 * By one system call, as a container that runs may put something else there between two. Its links may hold names and
 * paths that are longer than any file's.
 */
async function targetOf(path: string): Promise<{ readonly to: string } | "no link" | "nothing"> {
  try {
    return { to: await readlink(path) };
  } catch (error) {
    if (hasErrno(error, "EINVAL")) {
      return "no link";
    }
    if (hasErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP")) {
      return "nothing";
    }
    throw error;
  }
}
