import { constants } from "node:os";
import type { MethodResult, ParsedParameters } from "../../protocol/method-table";
import { CommandTimeout } from "../driver/command-timeout";
import type { Driver, ExecResult } from "../driver/driver";

const killedExitCode = 128 + constants.signals.SIGKILL;

/**
 * Runs a command in a running container, and gives what it came to as it goes over the wire.
 *
 * @throws what the driver does; of a command whose time ran out only when its output is not asked for.
 */
export async function runCommand(
  driver: Driver,
  id: number,
  parameters: ParsedParameters<"instance.exec">,
): Promise<MethodResult<"instance.exec">> {
  try {
    const result = await driver.exec(id, {
      command: parameters.command,
      stdin: Buffer.from(parameters.stdin, "base64"),
      timeoutMs: parameters.timeoutSeconds * 1000,
      maxOutputBytes: parameters.maxOutputBytes,
    });
    return encoded(result);
  } catch (error) {
    if (!(error instanceof CommandTimeout) || parameters.outputOnTimeout !== true) {
      throw error;
    }
    return { ...encoded({ ...error.output, exitCode: killedExitCode }), timedOut: true };
  }
}

function encoded({ exitCode, stdout, stderr, truncated }: ExecResult): MethodResult<"instance.exec"> {
  return {
    exitCode,
    stdout: Buffer.from(stdout).toString("base64"),
    stderr: Buffer.from(stderr).toString("base64"),
    truncated,
  };
}
