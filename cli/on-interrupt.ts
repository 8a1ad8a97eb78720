import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Lets a command that is interrupted say what it leaves behind, before it ends with the exit code that a shell has
 * for the signal.
 *
 * @param say may take a moment, in which more signals change nothing.
 * @returns a function after which signals end the process as they always do.
 */
export function onInterrupt(say: () => Promise<void> | void): () => void {
  let saying: Promise<void> | undefined;
  const end = (signal: (typeof signals)[number]): void => {
    saying ??= Promise.resolve(say()).finally(() => process.exit(128 + constants.signals[signal]));
  };
  signals.forEach((signal) => process.on(signal, end));
  return () => signals.forEach((signal) => process.off(signal, end));
}
