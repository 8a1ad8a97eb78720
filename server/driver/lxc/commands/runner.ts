import { readFile, rm } from "node:fs/promises";
import { execa, type Options, type Result, type ResultPromise } from "execa";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import { isInside } from "../../../support/ordinary-user";
import { within } from "../../../support/time-limits";
import type { EngineCommand } from "./command";
import { engineWords } from "./engine-words";
import { OutputCollector } from "./output-collector";
import { killGroup } from "./processes";
import { requireProgram } from "./programs";

/** tar may report an error for each of a million files. */
const mostComplaintBytes = 16 * 1024;

/**
 * Runs engine commands. Each has its own process group and continues if the daemon dies. Each has a time limit, after
 * which its whole group is killed.
 */
export class CommandRunner {
  /** The containers whose command was killed: processes of it may still run that LXC does not list. */
  readonly interrupted = new Set<number>();
  readonly #running = new Map<ResultPromise, EngineCommand>();

  constructor(private readonly defaultTimeoutMs: number) {}

  /**
   * Runs a command to its end.
   *
   * @returns the program's standard output; empty unless the command asks for it.
   * @throws MccError `engine` with the program's message, or `timeout`.
   */
  async run(command: EngineCommand): Promise<string> {
    return await engineCommand(command.program, command.container?.id, () => this.#run(command));
  }

  async #run(command: EngineCommand): Promise<string> {
    const timeoutMs = command.timeoutMs ?? this.defaultTimeoutMs;
    const subprocess = spawn(command);
    const complaints = subprocess.stderr && new OutputCollector(subprocess.stderr, mostComplaintBytes);
    this.#running.set(subprocess, command);
    try {
      const inTime = await within(timeoutMs, subprocess);
      if (inTime === undefined) {
        this.#kill(subprocess, command);
        await subprocess;
        throw new MccError(
          "timeout",
          `${titleOf(command)} did not end within ${timeoutMs / 1000} s and was killed.`,
        );
      }
      const result = inTime.value;
      if (result.exitCode === undefined || !(command.successes ?? [0]).includes(result.exitCode)) {
        throw await failureOf(command, result, complaints?.bytes().toString() ?? "");
      }
      return String(result.stdout ?? "");
    } finally {
      this.#running.delete(subprocess);
    }
  }

  /** Kills the commands that run for a container, and resolves after they have ended. */
  async end(id: number): Promise<void> {
    const ours = [...this.#running].filter(([, command]) => command.container?.id === id);
    ours.forEach(([subprocess, command]) => this.#kill(subprocess, command));
    await Promise.all(ours.map(([subprocess]) => subprocess));
  }

  #kill(subprocess: ResultPromise, { container }: EngineCommand): void {
    if (container !== undefined) {
      this.interrupted.add(container.id);
    }
    if (subprocess.pid !== undefined) {
      killGroup(subprocess.pid);
    }
  }
}

function spawn(command: EngineCommand): ResultPromise {
  const path = requireProgram(command.program);
  const [file, words] =
    command.through === undefined
      ? [path, command.words]
      : [requireProgram(command.through.program), [...command.through.words, path, ...command.words]];
  return execa(file, words, {
    cwd: "/",
    detached: true,
    cleanup: false,
    reject: false,
    stdout: command.answers === true ? "pipe" : "ignore",
    buffer: { stderr: false },
    ...inputOf(command),
    ...(command.onlyPath === undefined
      ? { env: { LC_ALL: "C" } }
      : { env: { PATH: command.onlyPath, ...runtimeVariable() }, extendEnv: false }),
  });
}

/** LXC uses /run by itself only if it belongs to its user, and in an ordinary user's namespaces it does not. */
function runtimeVariable(): { readonly XDG_RUNTIME_DIR?: string } {
  return isInside() ? { XDG_RUNTIME_DIR: "/run" } : {};
}

function inputOf({ stdin }: EngineCommand): Options {
  if (stdin === undefined) {
    return { stdin: "ignore" };
  }
  return { input: "text" in stdin ? stdin.text : stdin.stream };
}

async function failureOf(command: EngineCommand, result: Result, complaints: string): Promise<MccError> {
  const words = engineWords((await takeLog(command)) || complaints);
  const ending =
    result.exitCode === undefined ? result.shortMessage : `failed with exit code ${result.exitCode}`;
  return new MccError("engine", `${titleOf(command)} ${ending}${words === "" ? "" : `: ${words}`}.`);
}

/** Reads and removes the log. LXC appends to it, and the message of one failure must not appear in the next. */
async function takeLog({ log }: EngineCommand): Promise<string> {
  if (log === undefined) {
    return "";
  }
  const text = await unlessErrno(readFile(log, "utf8"), "ENOENT");
  await rm(log, { force: true });
  return text ?? "";
}

function titleOf({ program, container }: EngineCommand): string {
  return container === undefined ? program : `${program} of container ${container.id}`;
}
