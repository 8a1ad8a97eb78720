import { isatty } from "node:tty";
import type { Logger } from "pino";
import { NextRun } from "./support/concurrency/next-run";

/** What the daemon does at a signal. */
type Reaction = "stop" | "reload" | "ignore";

/** The signals that people and programs send to daemons. SIGPIPE is ignored by Node, and SIGKILL cannot be. */
export const reactions: Readonly<Partial<Record<NodeJS.Signals, Reaction>>> = {
  SIGTERM: "stop",
  SIGINT: "stop",
  SIGQUIT: "stop",
  SIGHUP: "reload",
  // Without a listener, Node would open its debugger to every user of this machine.
  SIGUSR1: "ignore",
  SIGUSR2: "ignore",
};

function signalsFor(reaction: Reaction): NodeJS.Signals[] {
  return (Object.keys(reactions) as NodeJS.Signals[]).filter((signal) => reactions[signal] === reaction);
}

/** Those of the standard streams that are a terminal. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** True once the terminal that the process was started on has been closed. */
function isTerminalClosed(): boolean {
  return terminals.some((descriptor) => !isatty(descriptor));
}

/**
 * Reacts to the signals that do not end the daemon, from now on: it reloads at SIGHUP, and ignores SIGUSR1 and SIGUSR2.
 * The SIGHUP of a terminal that was closed ends the daemon as SIGTERM does.
 *
 * @param reload is not called again before it is through; signals that come in between are one more call.
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
        // The shell and the kernel both send one, and a second SIGTERM would end the daemon at once.
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

/** Resolves with the first signal that ends the daemon; the second one ends the process at once. */
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
