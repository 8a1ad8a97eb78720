import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:net";
import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { hasErrno } from "../../protocol/errno";
import { descriptorWords, type Entrance } from "./entrance";
import { descriptorOf } from "./listening-socket";

/** The signals that a daemon handles. */
const passedOn: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"];
/** Until then, the process still belongs to root. */
const tryAgainMs = 50;

/** This process can have ended before the kernel was told to kill the daemon with it. */
const unlessEnded = 'kill -0 "$1" && shift && exec "$@"';

/** The program that continues in the namespaces, and its words. */
export interface InsideCommand {
  readonly program: string;
  readonly words: readonly string[];
}

/** Returns the command of a daemon's program with its arguments. @param first words before Node. */
export function insideCommand(
  { program, words }: Entrance,
  main: string,
  given: readonly string[],
  first: readonly string[] = [],
): InsideCommand {
  return {
    program,
    words: [...words, ...first, process.execPath, ...process.execArgv, main, ...given],
  };
}

/**
 * Runs the daemon's program in the user's namespaces, with this process's standard streams. Passes on signals, and the
 * daemon's report to the process that started this one. If this process is killed, the daemon is killed too.
 *
 * @param socket for a daemon that serves. It is closed here.
 * @returns the exit code, or 128 + the number of the signal that ended it.
 */
export async function runInside(
  entrance: Entrance,
  main: string,
  given: readonly string[],
  socket: Server | undefined,
): Promise<number> {
  const channel = process.connected;
  const command = insideCommand(entrance, main, given, [
    ...(socket === undefined ? [] : descriptorWords({ channel })),
    ...["setpriv", "--pdeathsig", "KILL", "sh", "-c", unlessEnded, "sh", String(process.pid)],
  ]);
  const child = spawn(command.program, command.words, {
    // A terminal would send its signals to both processes.
    detached: true,
    stdio: [
      ...(["inherit", "inherit", "inherit"] as const),
      channel ? "ipc" : "ignore",
      socket === undefined ? "ignore" : descriptorOf(socket),
    ],
  });
  socket?.close();
  child.on("message", (message) => process.send?.(message, () => process.disconnect()));
  passedOn.forEach((signal) => process.on(signal, () => void passOn(child, signal)));
  const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

async function passOn(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    try {
      process.kill(child.pid, signal);
      return;
    } catch (error) {
      if (!hasErrno(error, "EPERM")) {
        return;
      }
      await pause(tryAgainMs);
    }
  }
}
