import { readFile } from "node:fs/promises";

/** Returns true if the process does not exist, or if only its exit code is left for its parent. */
export async function hasEnded(pid: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    return /^[ZX]/.test(status.replace(/^.*\) /, ""));
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code))) {
      return true;
    }
    throw error;
  }
}
