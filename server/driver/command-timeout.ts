import { MccError } from "../../protocol/error";
import type { ExecResult } from "./driver";

/** A command in a container was killed, as its time had run out. */
export class CommandTimeout extends MccError {
  constructor(
    message: string,
    /** What it had written by then. */
    readonly output: Omit<ExecResult, "exitCode">,
  ) {
    super("timeout", message);
  }
}
