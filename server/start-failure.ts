import { errnoOf } from "../protocol/errno";
import { MccError, messageOf } from "../protocol/error";
import { PreflightError } from "./cloud/preflight";
import type { Finding } from "./driver/driver";

/** What to do when the system refuses the daemon its folders. */
const remedies: Record<string, string> = {
  EACCES: "run it as root, or give it a folder of your own with --state-dir",
  EPERM: "run it as root, or give it a folder of your own with --state-dir",
  EROFS: "give it a folder that can be written with --state-dir",
  ENOSPC: "make room on that file system, or give it another folder with --state-dir",
  ENOTDIR: "give it a folder with --state-dir",
};

/** Why the daemon cannot start, for people: one line, or the list of what this machine lacks. */
export function explainFailure(error: unknown): string {
  if (error instanceof PreflightError) {
    return preflightReport(error);
  }
  if (MccError.isInstance(error)) {
    return `mccserver: ${error.message}`;
  }
  const code = errnoOf(error);
  const remedy = remedies[code];
  return `mccserver: ${messageOf(error)}${remedy === undefined ? "" : `; ${remedy}`}.`;
}

function preflightReport({ driver, findings }: PreflightError): string {
  return [
    `mccserver: the driver "${driver}" cannot work on this machine.`,
    ...findings.flatMap(describeFinding),
    "",
    "To try MiniCloud all the same, with hosts that exist in memory only: mccserver --driver simulated",
  ].join("\n");
}

function describeFinding({ lacking, remedy }: Finding): string[] {
  return ["", `  lacking  ${lacking}`, `  remedy   ${remedy}`];
}
