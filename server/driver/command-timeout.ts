import { MccError } from "../../protocol/error";
import type { ExecResult } from "./driver";

/** A command in a container was killed after its time limit. */
export class CommandTimeout extends MccError {
  constructor(
    message: string,
    /** The output of the command until then. */
    readonly output: Omit<ExecResult, "exitCode">,
  ) {
    super("timeout", message);
  }
}
