import type { DriverLog } from "../driver";
import { rootLauncher } from "./commands/launcher";
import { DirectRootWork } from "./root-work/direct-root-work";
import type { EngineAccess } from "./root-work/engine-access";
import { sudoAccess } from "./sudo/access";

/** For a daemon that runs as root. */
export const rootAccess: EngineAccess = {
  launcher: rootLauncher,
  workOn: (vz, imports) => new DirectRootWork(vz, imports),
  findings: () => Promise.resolve([]),
};

/** Returns the access of the user who runs this process. */
export function engineAccess(log: DriverLog): EngineAccess {
  return process.getuid?.() === 0 ? rootAccess : sudoAccess(log);
}
