import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Of the whole host, in whatever namespace one is: a daemon inside raises some of them. */
const shared = ["fs/inotify", "kernel/keys"];
const single = ["kernel/pid_max"];

/** The kernel's limits by their paths. */
export type KernelLimits = ReadonlyMap<string, number>;

export async function readKernelLimits(root = "/proc/sys"): Promise<KernelLimits> {
  const inFolders = await Promise.all(
    shared.map(async (folder) => (await readdir(join(root, folder))).map((name) => join(folder, name))),
  );
  const paths = [...inFolders.flat(), ...single].map((file) => join(root, file));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, Number(await readFile(path, "utf8"))] as const)),
  );
}

/** Puts back what is higher than it was, for a daemon that was ended before it could do so. */
export async function restoreKernelLimits(before: KernelLimits): Promise<void> {
  for (const [path, limit] of before) {
    if (Number(await readFile(path, "utf8")) > limit) {
      await writeFile(path, String(limit));
    }
  }
}
