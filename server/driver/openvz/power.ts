import { MccError } from "../../../protocol/error";
import { commands, type Target } from "./commands/command";
import type { Vz } from "./commands/vz";

/** Asks a container to shut down, and kills it when it has not done so in `graceMs`. Down already is success. */
export async function stopContainer(vz: Vz, target: Target, graceMs: number): Promise<void> {
  if (graceMs <= 0 || !(await askToStop(vz, target, graceMs))) {
    await vz.run(commands.kill(target));
  }
}

/** @returns false when it did not heed in time. */
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
