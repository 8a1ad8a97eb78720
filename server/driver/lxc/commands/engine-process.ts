import { type ChildProcess, spawn } from "node:child_process";
import { finished, type Readable, type Writable } from "node:stream";
import { messageOf } from "../../../../protocol/error";
import { isInside } from "../../../support/ordinary-user";
import type { EngineCommand } from "./command";
import { OutputCollector } from "./output-collector";
import { killGroup } from "./processes";
import { requireProgram } from "./programs";
import { type Ending, endingOf, type RunningProgram } from "./running-program";

/** tar may report an error for each of a million files. */
const mostComplaintBytes = 16 * 1024;

/**
 * The process of an engine command, in a process group of its own, which continues if the daemon dies.
 *
 * It does not use execa, which takes a millisecond of processor time for each command: as much as a twentieth of all that
 * the start of a container takes.
 */
export class EngineProcess implements RunningProgram {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;

  /** @throws MccError `engine` if a program is not on the PATH. */
  constructor(command: EngineCommand) {
    const path = requireProgram(command.program);
    const [file, words] =
      command.through === undefined
        ? [path, command.words]
        : [requireProgram(command.through.program), [...command.through.words, path, ...command.words]];
    this.#child = spawn(file, words, {
      cwd: "/",
      detached: true,
      stdio: [
        command.stdin === undefined ? "ignore" : "pipe",
        command.answers === true ? "pipe" : "ignore",
        "pipe",
      ],
      env: environmentOf(command),
    });
    this.ended = this.#end(command);
  }

  kill(): void {
    if (this.#child.pid !== undefined) {
      killGroup(this.#child.pid);
    }
  }

  async #end({ stdin }: EngineCommand): Promise<Ending> {
    const { stdout, stderr } = this.#child;
    const complaints = stderr && new OutputCollector(stderr, mostComplaintBytes);
    const answer = stdout && new OutputCollector(stdout, Number.POSITIVE_INFINITY);
    let fault: unknown;
    const closed = new Promise<NodeJS.Signals | null>((resolve) => {
      this.#child.once("close", (_code, signal) => resolve(signal));
      this.#child.once("error", (error) => {
        fault = error;
        resolve(null);
      });
    });
    if (this.#child.stdin !== null && stdin !== undefined) {
      feed(this.#child.stdin, stdin, (error) => {
        fault = error;
        this.kill();
      });
    }
    const signal = await closed;
    const exitCode = fault === undefined ? (this.#child.exitCode ?? undefined) : undefined;
    return {
      exitCode,
      how: fault === undefined ? endingOf(exitCode, signal) : `failed: ${messageOf(fault)}`,
      stdout: answer?.bytes().toString() ?? "",
      complaints: complaints?.bytes().toString() ?? "",
    };
  }
}

/**
 * A program may end without reading all of its input. The rest of a stream is then left to its owner.
 *
 * @param onError is told that the input cannot be read, or ends before its end.
 */
function feed(
  stdin: Writable,
  input: { readonly text: string } | { readonly stream: Readable },
  onError: (error: Error) => void,
): void {
  stdin.on("error", () => undefined);
  if ("text" in input) {
    stdin.end(input.text);
    return;
  }
  const { stream } = input;
  const stop = finished(stream, { writable: false }, (error) => {
    if (error) {
      onError(error);
    }
  });
  stdin.once("close", stop);
  stream.pipe(stdin);
}

/** Returns the environment of an engine command. */
export function environmentOf({ onlyPath }: Pick<EngineCommand, "onlyPath">): NodeJS.ProcessEnv {
  return onlyPath === undefined ? { ...process.env, LC_ALL: "C" } : { PATH: onlyPath, ...runtimeVariable() };
}

/** LXC uses /run by itself only if it belongs to its user, and in an ordinary user's namespaces it does not. */
function runtimeVariable(): { readonly XDG_RUNTIME_DIR?: string } {
  return isInside() ? { XDG_RUNTIME_DIR: "/run" } : {};
}
