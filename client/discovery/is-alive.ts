import { errnoOf } from "../../protocol/errno";

/** Tells whether a process of any user with this id exists. */
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
