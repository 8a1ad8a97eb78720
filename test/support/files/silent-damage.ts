import pino from "pino";
import { DamagedFiles } from "../../../server/cloud/state/damaged-files";

/** What moves damaged files of a folder away, without a word. */
export function silentDamage(folder: string): DamagedFiles {
  return new DamagedFiles(folder, pino({ level: "silent" }));
}
