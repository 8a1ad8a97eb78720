import { MccError } from "../../../protocol/error";
import { commands, type Target } from "./commands/command";
import type { Vz } from "./commands/vz";

/** Requests a shutdown, and kills the container after `graceMs`. A stopped container is a success. */
export async function stopContainer(vz: Vz, target: Target, graceMs: number): Promise<void> {
  if (graceMs <= 0 || !(await askToStop(vz, target, graceMs))) {
    await vz.run(commands.kill(target));
  }
}

/** @returns false if it did not stop in time. */
async function askToStop(vz: Vz, target: Target, graceMs: number): Promise<boolean> {
  try {
    await vz.run(commands.askToStop(target, graceMs));
    return true;
  } catch (error) {
    if (MccError.hasCode(error, "timeout")) {
      return false;
    }
    throw error;
  }
}
