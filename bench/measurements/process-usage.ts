import { readFile } from "node:fs/promises";
import { residentMiB } from "../../fuzz/resident-memory";

/** Returns the processor time of a process so far. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticksInSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksInSecond;
}

/** Returns how many megabytes of a process are in memory. */
export async function residentMB(pid: number): Promise<number> {
  return ((await residentMiB(pid)) * 1024 * 1024) / 1e6;
}
