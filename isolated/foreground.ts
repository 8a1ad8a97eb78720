import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { MccError, messageOf } from "../protocol/error";

/** The signals with which users and supervisors end a program. */
export const endingSignals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

/**
 * Runs a command with this process's terminal and waits for its end, also if signals arrive.
 *
 * A terminal also sends its signals to the command, which must not receive them twice, because many programs abort at a
 * second SIGINT. Therefore signals are passed on only without a terminal. SIGTERM is always passed on.
 *
 * @returns the exit code, or 128 + the number of the signal that ended it.
 */
export async function runInForeground(command: string, words: readonly string[]): Promise<number> {
  const child = spawn(command, words, { stdio: "inherit" });
  const handlers = endingSignals.map((signal) => [signal, passOn(child, signal)] as const);
  handlers.forEach(([signal, handler]) => process.on(signal, handler));
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    throw new MccError("not-found", `Running the command "${command}" failed: ${messageOf(error)}.`, {
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
