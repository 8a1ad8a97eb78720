import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";

const gone = ["ENOENT", "ENODEV", "ESRCH"];

/**
 * Returns the process id of a container's first process on the host.
 *
 * @param cgroup of the container's processes; systemd moves them into cgroups below it.
 * @returns undefined if the container does not run.
 */
export async function firstProcessOf(cgroup: string): Promise<number | undefined> {
  const ids = (await unlessErrno(readFile(join(cgroup, "cgroup.procs"), "utf8"), ...gone)) ?? "";
  for (const id of ids.split("\n").filter((line) => line !== "")) {
    const status = (await unlessErrno(readFile(`/proc/${id}/status`, "utf8"), ...gone)) ?? "";
    if (isFirst(status)) {
      return Number(id);
    }
  }
  const entries = (await unlessErrno(readdir(cgroup, { withFileTypes: true }), ...gone)) ?? [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const found = await firstProcessOf(join(cgroup, entry.name));
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** The kernel lists the ids of a process in each namespace, from the host's to its own. */
export function isFirst(status: string): boolean {
  return /^NSpid:\t\d+\t1$/m.test(status);
}
