import childProcess from "node:child_process";
import { basename } from "node:path";
import type { Kind } from "../kinds";
import { die, type Recorder } from "./recorder";

type Spawn = (file: string, words?: unknown, options?: unknown) => unknown;

/** An exit code that is a success of no command. */
const failureCode = 3;
const complaint = `print STDERR "injected fault\\n"; exit ${failureCode}`;
/** Runs in place of a command, with the command as its arguments. A single process, so that a kill ends it. */
const replacements: Readonly<Partial<Record<Kind, (hangMs: number) => string>>> = {
  fail: () => complaint,
  hang: (hangMs) => `sleep ${Math.ceil(hangMs / 1000)}; exec { $ARGV[0] } @ARGV or exit 127`,
  lie: () => `system { $ARGV[0] } @ARGV; ${complaint}`,
};

/** Puts the recorder around the start of every program. execa starts programs by it too. */
export function watchCommands(recorder: Recorder): void {
  const original = childProcess.spawn as Spawn;
  const replaced: Spawn = (file, second, third) => {
    const [words, options] = Array.isArray(second)
      ? [second as readonly string[], third]
      : [[] as string[], second];
    const names = [file, ...words].map((word) => (word.startsWith("/") ? basenameOfProgram(word) : word));
    const kind = recorder.take(`command ${names.join(" ")}`, "command");
    const replacement = kind && replacements[kind];
    if (replacement !== undefined) {
      const script = replacement(recorder.settings.commandHangMs);
      return original("/usr/bin/perl", ["-e", script, "--", file, ...words], options);
    }
    const child = original(file, words, options);
    if (kind === "kill") {
      die();
    }
    return child;
  };
  Object.assign(childProcess, { spawn: replaced });
}

/** Programs are in different folders on different hosts. */
function basenameOfProgram(word: string): string {
  return /^(\/usr)?\/s?bin\//.test(word) ? basename(word) : word;
}
