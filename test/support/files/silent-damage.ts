import pino from "pino";
import { DamagedFiles } from "../../../server/cloud/state/damaged-files";

/** Returns the DamagedFiles of a folder without log output. */
export function silentDamage(folder: string): DamagedFiles {
  return new DamagedFiles(folder, pino({ level: "silent" }));
}
