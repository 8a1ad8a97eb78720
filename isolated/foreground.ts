import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { MccError, messageOf } from "../protocol/error";

/** The signals by which people and supervisors end a program. */
export const endingSignals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

/**
 * Runs a command with this process's terminal and waits for its end, whatever signals come meanwhile.
 *
 * A terminal sends its signals to the command as well, which must not get them twice: many programs take a second
 * SIGINT for an order to drop everything. So they are passed on only where there is no terminal, SIGTERM always.
 *
 * @returns the exit code; 128 + the signal's number when a signal ended it.
 */
export async function runInForeground(command: string, words: readonly string[]): Promise<number> {
  const child = spawn(command, words, { stdio: "inherit" });
  const handlers = endingSignals.map((signal) => [signal, passOn(child, signal)] as const);
  handlers.forEach(([signal, handler]) => process.on(signal, handler));
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    throw new MccError("not-found", `The command "${command}" cannot be run: ${messageOf(error)}.`, {
      cause: error,
    });
  } finally {
    handlers.forEach(([signal, handler]) => process.off(signal, handler));
  }
}

function passOn(child: ChildProcess, signal: NodeJS.Signals): () => void {
  return () => {
    if (signal === "SIGTERM" || !process.stdin.isTTY) {
      child.kill(signal);
    }
  };
}
