import { instanceMethods } from "../../../protocol/methods/instance";
import type { Dispatch } from "../calls/callable";
import { ShellTerminal } from "./shell-terminal";
import type { OpenTerminal } from "./terminal";
import { terminalCommand } from "./terminal-command";

/** The limit of a command. A terminal that was forgotten ends then. */
const longestSeconds = 3600;

/**
 * Returns how terminals are opened: each is a command of `instance.execStart`, with its checks, limits and audit. It ends with
 * the instance, with the caller's token, and after an hour.
 *
 * @throws MccError as `instance.execStart`.
 */
export function terminals(dispatch: Dispatch): OpenTerminal {
  return async (caller, request, show) => {
    const { instance, uid, ...size } = request;
    const parameters = {
      instance,
      uid,
      command: terminalCommand(size),
      stdin: true,
      timeoutSeconds: longestSeconds,
    };
    const { exec } = instanceMethods["instance.execStart"].result.parse(
      await dispatch(caller, "instance.execStart", [parameters]),
    );
    return new ShellTerminal(dispatch, caller, { instance, uid, exec }, size, show);
  };
}
