import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { gone, walkTree } from "./cgroup-tree";

const processGone = ["ENOENT", "ESRCH"] as const;
const mostNamed = 5;

/**
 * Describes the processes of a cgroup and those below it that are in uninterruptible sleep: they do not end, even if
 * they are killed.
 *
 * @returns at most 5 of them, such as `process 123 (cat, in uninterruptible sleep in request_wait_answer)`.
 */
export async function stuckProcesses(cgroup: string): Promise<string[]> {
  const pids: number[] = [];
  try {
    await walkTree(cgroup, {
      enter: async (folder) => {
        const text = await unlessErrno(readFile(join(folder, "cgroup.procs"), "utf8"), ...gone, "EOPNOTSUPP");
        pids.push(...(text ?? "").split("\n").filter(Boolean).map(Number));
      },
    });
  } catch (error) {
    if (!hasErrno(error, ...gone)) {
      throw error;
    }
  }
  const described = await Promise.all(pids.map(describe));
  return described.flat().slice(0, mostNamed);
}

async function describe(pid: number): Promise<string[]> {
  const status = await unlessErrno(readFile(`/proc/${pid}/status`, "utf8"), ...processGone);
  const { name, state } = parseStatus(status ?? "");
  if (state === "D") {
    const place = await unlessErrno(readFile(`/proc/${pid}/wchan`, "utf8"), ...processGone, "EACCES");
    const where = place === undefined || place === "" || place === "0" ? "" : ` in ${place}`;
    return [`process ${pid} (${name}, in uninterruptible sleep${where})`];
  }
  return [];
}

/** @param status in the form that proc(5) describes. */
export function parseStatus(status: string): { name: string; state: string } {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  return { name: field("Name"), state: field("State").slice(0, 1) };
}
