import type { DriverLog, Finding } from "../driver";
import { type Launcher, rootLauncher } from "./commands/launcher";
import type { Vz } from "./commands/vz";
import { DirectRootWork } from "./root-work/direct-root-work";
import type { RootWork } from "./root-work/root-work";
import { sudoAccess } from "./sudo/access";

/** How a daemon does what only root may do. */
export interface EngineAccess {
  readonly launcher: Launcher;
  /** @param imports the daemon's own folder for the marks of imported images. */
  readonly workOn: (vz: Vz, imports: string) => RootWork;
  /** Returns which rights the daemon's user lacks. */
  readonly findings: () => Promise<Finding[]>;
}

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
