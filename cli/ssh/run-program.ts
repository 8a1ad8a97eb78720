import { constants } from "node:os";
import { MccError } from "../../protocol/error";

/**
 * Runs a program of OpenSSH's in this terminal, to its end.
 *
 * @returns its exit code, or 128 + the number of the signal that ended it, as a shell has it.
 * @throws MccError `unavailable` when it is not installed.
 */
export async function runProgram(name: "ssh" | "scp", words: readonly string[]): Promise<number> {
  // Loading it takes as long as all the rest of a command, and only this needs it.
  const { execa } = await import("execa");
  const child = execa(name, words, { stdio: "inherit", reject: false });
  // The terminal interrupts the child too, and what is left to do here comes after its end.
  const outlive = (): void => undefined;
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", outlive).on("SIGTERM", pass).on("SIGHUP", pass);
  const result = await child;
  process.off("SIGINT", outlive).off("SIGTERM", pass).off("SIGHUP", pass);
  if (result.code === "ENOENT") {
    throw new MccError(
      "unavailable",
      `${name} is not installed; get OpenSSH's client: apt-get install openssh-client.`,
    );
  }
  return result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
}
