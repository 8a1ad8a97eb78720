import { userInfo } from "node:os";
import type { DriverLog } from "../../driver";
import type { EngineAccess } from "../root-work/engine-access";
import { sudoFindings } from "./findings";
import { RootProgram } from "./root-program-calls";
import { sudoLauncher } from "./sudo-launcher";
import { SudoRootWork } from "./sudo-root-work";

/** For an ordinary user's daemon: everything that needs root runs through sudo. */
export function sudoAccess(log: DriverLog, user: string = userInfo().username): EngineAccess {
  const program = new RootProgram(user);
  return {
    launcher: sudoLauncher(user, program, log),
    workOn: (vz) => new SudoRootWork(vz, program),
    findings: async () => await sudoFindings(user),
  };
}
