import { MccError } from "../../../../protocol/error";
import { lastWords } from "../../../support/output-tail";
import type { Probe } from "./probe";

export interface CommandOptions {
  /** Whether messages leave out the output of the command. Default: no. */
  readonly hideOutput?: boolean | undefined;
}

/** Reached when the command ends with 0. */
export function commandProbe(command: readonly string[], { hideOutput }: CommandOptions = {}): Probe {
  return {
    // It may itself wait for something.
    longestLookMs: Number.POSITIVE_INFINITY,
    longestPauseMs: 1000,
    confidential: true,
    look: async ({ exec }, { timeoutMs }) => {
      try {
        const { exitCode, stdout, stderr } = await exec(command, timeoutMs);
        const words = lastWords(`${Buffer.from(stdout).toString()}\n${Buffer.from(stderr).toString()}`);
        const said = words === "" || hideOutput === true ? "" : ` and "${words}"`;
        return exitCode === 0 ? undefined : `exit code ${exitCode}${said}`;
      } catch (error) {
        if (MccError.isInstance(error)) {
          return hideOutput === true ? `it failed (${error.code})` : error.message.replace(/\.$/, "");
        }
        throw error;
      }
    },
  };
}
