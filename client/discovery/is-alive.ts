import { systemCodeOf } from "../../protocol/system-code";

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== "ESRCH" && code !== "EPERM") {
      throw error;
    }
    return code === "EPERM";
  }
}
