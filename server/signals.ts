import { isatty } from "node:tty";
import type { Logger } from "pino";
import { NextRun } from "./support/concurrency/next-run";

/** The daemon's reaction to a signal. */
type Reaction = "stop" | "reload" | "ignore";

/** The signals that users and programs send to daemons. Node ignores SIGPIPE, and SIGKILL cannot be handled. */
export const reactions: Readonly<Partial<Record<NodeJS.Signals, Reaction>>> = {
  SIGTERM: "stop",
  SIGINT: "stop",
  SIGQUIT: "stop",
  SIGHUP: "reload",
  // Without a listener, SIGUSR1 would open Node's debugger for every user of this machine.
  SIGUSR1: "ignore",
  SIGUSR2: "ignore",
};

function signalsFor(reaction: Reaction): NodeJS.Signals[] {
  return (Object.keys(reactions) as NodeJS.Signals[]).filter((signal) => reactions[signal] === reaction);
}

/** The standard streams that are a terminal. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** Returns whether the terminal on which the process was started has been closed. */
function isTerminalClosed(): boolean {
  return terminals.some((descriptor) => !isatty(descriptor));
}

/**
 * Handles the signals that do not end the daemon, from now on: SIGHUP reloads, SIGUSR1 and SIGUSR2 are ignored. The
 * SIGHUP of a closed terminal ends the daemon like SIGTERM.
 *
 * @param reload is not called again before it has ended. Signals during a call cause one more call.
 */
export function reloadOnSignal(log: Logger, reload: () => Promise<void>): void {
  const reloading = new NextRun(reload);
  let isEnding = false;
  for (const signal of signalsFor("ignore")) {
    process.on(signal, () => log.info({ signal }, "signal ignored"));
  }
  for (const signal of signalsFor("reload")) {
    process.on(signal, () => {
      if (isTerminalClosed()) {
        // The shell and the kernel both send one, and a second SIGTERM would end the daemon immediately.
        if (!isEnding) {
          isEnding = true;
          log.info({ signal }, "the terminal was closed");
          process.kill(process.pid, "SIGTERM");
        }
        return;
      }
      void reloading.request();
    });
  }
}

/** Resolves with the first signal that ends the daemon. The second one ends the process immediately. */
export function firstStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) {
        process.exit(1);
      }
      asked = true;
      resolve(signal);
    };
    signalsFor("stop").forEach((signal) => process.on(signal, onSignal));
  });
}
