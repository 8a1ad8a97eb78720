import type { DriverLog } from "../../driver";
import type { Launcher } from "../commands/launcher";
import { findProgram } from "./places";
import type { RootProgram } from "./root-program-calls";
import { forbidden, sudoWords } from "./sudo-command";

/** Starts the engine's programs through sudo, which the program then replaces: see the sudoers file. */
export function sudoLauncher(user: string, program: RootProgram, log: DriverLog): Launcher {
  return {
    launch: (name, words) => ({ file: "sudo", words: sudoWords(findProgram(name) ?? name, words) }),
    kill: (group) => {
      program.call("kill", [String(group)]).catch((error: unknown) => {
        log.warn({ group, err: error }, "a command could not be killed at its time limit");
      });
    },
    refusal: ({ program: name, words }, exitCode, stderr) =>
      exitCode === 1 && stderr.startsWith("sudo: ")
        ? forbidden(user, [name, ...words.slice(0, 2)], stderr)
        : undefined,
  };
}
