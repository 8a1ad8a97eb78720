import { MccError } from "../../../protocol/error";
import { instanceMethods } from "../../../protocol/methods/instance";
import { mostCommandsAtOnce } from "../../cloud/instances/commands/commands";
import type { Dispatch } from "../calls/callable";
import { ShellTerminal } from "./shell-terminal";
import type { OpenTerminal } from "./terminal";
import { terminalCommand } from "./terminal-command";

/** The limit of a command. A terminal that was forgotten ends then. */
const longestSeconds = 3600;

/** At most this many of an instance are open: forgotten ones leave turns for its other commands. */
const mostOfInstance = mostCommandsAtOnce / 2;

/**
 * Returns how terminals are opened: each is a command of `instance.execStart`, with its checks, limits and audit. It ends with
 * the instance, with the caller's token, and after an hour.
 *
 * @throws MccError as `instance.execStart`; `exhausted` while too many terminals of the instance are open.
 */
export function terminals(dispatch: Dispatch): OpenTerminal {
  /** How many are open, by the `uid` of the instance. */
  const open = new Map<string, number>();
  const change = (uid: string, by: number): void => {
    const count = (open.get(uid) ?? 0) + by;
    if (count === 0) {
      open.delete(uid);
    } else {
      open.set(uid, count);
    }
  };
  return async (caller, request, show) => {
    const { uid } = request;
    if ((open.get(uid) ?? 0) >= mostOfInstance) {
      throw new MccError(
        "exhausted",
        `${mostOfInstance} terminals of the instance are open, which is the limit; close one of them.`,
      );
    }
    change(uid, 1);
    try {
      const terminal = await begin(dispatch, caller, request, show);
      return {
        type: (bytes) => terminal.type(bytes),
        resize: (size) => terminal.resize(size),
        close: () => terminal.close(),
        ended: terminal.ended.finally(() => change(uid, -1)),
      };
    } catch (error) {
      change(uid, -1);
      throw error;
    }
  };
}

async function begin(
  dispatch: Dispatch,
  ...[caller, request, show]: Parameters<OpenTerminal>
): Promise<ShellTerminal> {
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
}
