import { constants } from "node:os";
import { MccError } from "../../protocol/error";
import type { Io, Signal } from "../io";

/**
 * Runs `ssh` or `scp` with the input and output of this run, and waits for its end.
 *
 * @returns its exit code, or 128 + the number of the signal that ended it, as in a shell.
 * @throws MccError `unavailable` if it is not installed.
 */
export async function runProgram(io: Io, name: "ssh" | "scp", words: readonly string[]): Promise<number> {
  // Loaded here only, because loading execa takes as long as the rest of a command.
  const { execa } = await import("execa");
  const child = execa(name, words, {
    env: io.environment,
    extendEnv: false,
    reject: false,
    ...(io.inheritable ? { stdio: "inherit" } : { stdin: [io.stdin, "pipe"] }),
  });
  if (!io.inheritable) {
    child.stdout.pipe(io.stdout, { end: false });
    child.stderr.pipe(io.stderr, { end: false });
  }
  // The terminal also interrupts the child, and this process must continue after the child's end.
  const pass = (signal: Signal): (() => void) => io.onSignal(signal, () => child.kill(signal));
  const subscriptions = [io.onSignal("SIGINT", () => undefined), pass("SIGTERM"), pass("SIGHUP")];
  const result = await child;
  subscriptions.forEach((endSubscription) => endSubscription());
  if (result.code === "ENOENT") {
    throw new MccError(
      "unavailable",
      `${name} is not installed; install the OpenSSH client: apt-get install openssh-client.`,
    );
  }
  return result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
}
