import { MccError } from "../../../protocol/error";
import { lastWords } from "../last-words";
import type { Probe } from "./probe";

/** Reached when the command ends with 0. */
export function commandProbe(command: readonly string[]): Probe {
  return {
    // It may itself wait for something.
    longestLookMs: Number.POSITIVE_INFINITY,
    longestPauseMs: 1000,
    confidential: true,
    look: async ({ exec }, { timeoutMs }) => {
      try {
        const { exitCode, stdout, stderr } = await exec(command, timeoutMs);
        const words = lastWords(`${Buffer.from(stdout).toString()}\n${Buffer.from(stderr).toString()}`);
        return exitCode === 0 ? undefined : `exit code ${exitCode}${words === "" ? "" : ` and "${words}"`}`;
      } catch (error) {
        if (MccError.isInstance(error)) {
          return error.message.replace(/\.$/, "");
        }
        throw error;
      }
    },
  };
}
