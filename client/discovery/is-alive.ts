import { errnoOf } from "../../protocol/errno";

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "ESRCH" && code !== "EPERM") {
      throw error;
    }
    return code === "EPERM";
  }
}
