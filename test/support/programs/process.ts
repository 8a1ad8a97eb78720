import { readFile } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";

/** True when there is no such process, or only its exit code is left for its parent to read. */
export async function hasEnded(pid: number): Promise<boolean> {
  const status = await unlessErrno(readFile(`/proc/${pid}/stat`, "utf8"), "ENOENT", "ESRCH");
  return status === undefined || /^[ZX]/.test(status.replace(/^.*\) /, ""));
}
