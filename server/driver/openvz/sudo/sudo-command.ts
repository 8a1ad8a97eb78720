import { MccError } from "../../../../protocol/error";

/** Returns the words of sudo for a program and its arguments. It never asks for a password. */
export function sudoWords(path: string, words: readonly string[]): string[] {
  return ["--non-interactive", "--", path, ...words];
}

/** Returns the command with which root gives a user the rights for all commands. */
export function setupCommand(user: string): string {
  return `mccserver --setup-user ${user} --driver openvz`;
}

/** Returns the error for a command that sudo does not allow. */
export function forbidden(user: string, words: readonly string[], stderr: string): MccError {
  const [line = ""] = stderr.trim().split("\n");
  return new MccError(
    "forbidden",
    `The user ${user} may not run "${words.join(" ")}" through sudo (${line}). What to do: let root run ${setupCommand(user)} again. Containers with a number below 500, and values with spaces or dashes in places where the daemon writes none, stay refused: run the daemon as root for them.`,
  );
}
