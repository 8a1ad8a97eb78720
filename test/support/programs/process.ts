import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";

/** Returns true if the process does not exist, or has ended and its parent has not read the exit code yet. */
export async function hasEnded(pid: number): Promise<boolean> {
  const status = await unlessErrno(readFile(`/proc/${pid}/stat`, "utf8"), "ENOENT", "ESRCH");
  return status === undefined || /^[ZX]/.test(status.replace(/^.*\) /, ""));
}
