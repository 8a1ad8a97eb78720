import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno } from "../../../protocol/errno";

/** The kernel's limit of symbolic links in one path: path_resolution(7). */
const mostLinks = 40;

/**
 * Resolves a path as a process with the root `root` would. Links are followed, and never lead out of the root.
 *
 * @param path absolute, inside the root.
 * @returns the path inside, without links; undefined if it does not exist, or if the links form a loop.
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
 * Uses one system call, because a running container may replace the entry between two. Its links may contain names and
 * paths that are too long for a file.
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
