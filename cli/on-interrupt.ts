import { constants } from "node:os";
import type { Io, Signal } from "./io";

const signals = ["SIGINT", "SIGTERM"] as const satisfies Signal[];

/**
 * Lets a command that is interrupted say what it leaves behind, before it ends with the exit code that a shell has
 * for the signal.
 *
 * @param say may take a moment, in which more signals change nothing.
 * @returns a function after which signals end the run as they always do.
 */
export function onInterrupt(io: Io, say: () => Promise<void> | void): () => void {
  let saying: Promise<void> | undefined;
  const end = (signal: (typeof signals)[number]): void => {
    saying ??= Promise.resolve(say()).finally(() => io.exit(128 + constants.signals[signal]));
  };
  const subscriptions = signals.map((signal) => io.onSignal(signal, () => end(signal)));
  return () => subscriptions.forEach((endSubscription) => endSubscription());
}
