import { errnoOf } from "../protocol/errno";
import { MccError, messageOf } from "../protocol/error";
import { PreflightError } from "./cloud/preflight";
import type { Finding } from "./driver/driver";

/** The remedies if the system refuses the daemon its folders. */
const remedies: Record<string, string> = {
  EACCES: "run it as root, or choose a folder of your own with --state-dir",
  EPERM: "run it as root, or choose a folder of your own with --state-dir",
  EROFS: "choose a writable folder with --state-dir",
  ENOSPC: "free space on that file system, or choose another folder with --state-dir",
  ENOTDIR: "choose a folder with --state-dir",
};

/** Returns why the daemon cannot start, for users: one line, or the list of what this machine lacks. */
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
    "To try MiniCloud without them, with hosts that exist only in memory: mccserver --driver simulated",
  ].join("\n");
}

function describeFinding({ lacking, remedy }: Finding): string[] {
  return ["", `  lacking  ${lacking}`, `  remedy   ${remedy}`];
}
