import { realpath, stat } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";

/**
 * Looks at a folder of ours as a process sees it: in another mount namespace, something else can be at the same path.
 *
 * @returns `none` when the process has nothing there, or has ended.
 */
export async function folderSeenBy(pid: number, path: string): Promise<"ours" | "another" | "none"> {
  const own = await unlessErrno(realpath(path), "ENOENT");
  if (own === undefined) {
    return "none";
  }
  const [ours, seen] = await Promise.all([
    stat(own, { bigint: true }),
    unlessErrno(stat(`/proc/${pid}/root${own}`, { bigint: true }), "ENOENT", "ENOTDIR", "ESRCH", "EACCES"),
  ]);
  if (seen === undefined) {
    return "none";
  }
  return ours.dev === seen.dev && ours.ino === seen.ino ? "ours" : "another";
}
