import { constants } from "node:os";
import type { Io, Signal } from "./io";

const signals = ["SIGINT", "SIGTERM"] as const satisfies Signal[];

/**
 * Lets an interrupted command report what it leaves behind, before it exits with the shell's code for the signal
 * (128 + number).
 *
 * @param say prints the report. Further signals have no effect until it resolves.
 * @returns a function that restores the default effect of signals.
 */
export function onInterrupt(io: Io, say: () => Promise<void> | void): () => void {
  let saying: Promise<void> | undefined;
  const end = (signal: (typeof signals)[number]): void => {
    saying ??= Promise.resolve(say()).finally(() => io.exit(128 + constants.signals[signal]));
  };
  const subscriptions = signals.map((signal) => io.onSignal(signal, () => end(signal)));
  return () => subscriptions.forEach((endSubscription) => endSubscription());
}
