import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Limits of the whole host, which have no namespaces. A daemon raises some of them. */
const shared = ["fs/inotify", "kernel/keys"];
const single = ["kernel/pid_max"];

/** The schema of the kernel's limits by their paths. */
export const kernelLimitsSchema = z.record(z.string(), z.number());
export type KernelLimits = z.infer<typeof kernelLimitsSchema>;

export async function readKernelLimits(root = "/proc/sys"): Promise<KernelLimits> {
  const inFolders = await Promise.all(
    shared.map(async (folder) => (await readdir(join(root, folder))).map((name) => join(folder, name))),
  );
  const paths = [...inFolders.flat(), ...single].map((file) => join(root, file));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, Number(await readFile(path, "utf8"))] as const)),
  );
}

/** Restores limits that were raised, in place of a daemon that was killed. */
export async function restoreKernelLimits(before: KernelLimits): Promise<void> {
  for (const [path, limit] of Object.entries(before)) {
    if (Number(await readFile(path, "utf8")) > limit) {
      await writeFile(path, String(limit));
    }
  }
}
