import { constants } from "node:os";
import { MccError } from "../../protocol/error";
import type { Io, Signal } from "../io";

/**
 * Runs a program of OpenSSH's with the input and output of this run, to its end.
 *
 * @returns its exit code, or 128 + the number of the signal that ended it, as a shell has it.
 * @throws MccError `unavailable` when it is not installed.
 */
export async function runProgram(io: Io, name: "ssh" | "scp", words: readonly string[]): Promise<number> {
  // Loading it takes as long as all the rest of a command, and only this needs it.
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
  // The terminal interrupts the child too, and what is left to do here comes after its end.
  const pass = (signal: Signal): (() => void) => io.onSignal(signal, () => child.kill(signal));
  const subscriptions = [io.onSignal("SIGINT", () => undefined), pass("SIGTERM"), pass("SIGHUP")];
  const result = await child;
  subscriptions.forEach((endSubscription) => endSubscription());
  if (result.code === "ENOENT") {
    throw new MccError(
      "unavailable",
      `${name} is not installed; get OpenSSH's client: apt-get install openssh-client.`,
    );
  }
  return result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
}
