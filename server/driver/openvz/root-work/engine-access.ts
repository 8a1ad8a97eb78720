import type { Finding } from "../../driver";
import type { Launcher } from "../commands/launcher";
import type { Vz } from "../commands/vz";
import type { RootWork } from "./root-work";

/** How a daemon does what only root may do. */
export interface EngineAccess {
  readonly launcher: Launcher;
  /** @param imports the daemon's own folder for the marks of imported images. */
  readonly workOn: (vz: Vz, imports: string) => RootWork;
  /** Returns which rights the daemon's user lacks. */
  readonly findings: () => Promise<Finding[]>;
}
