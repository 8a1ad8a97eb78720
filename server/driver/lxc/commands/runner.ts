import { readFile, rm } from "node:fs/promises";
import { execa, type Options, type Result, type ResultPromise } from "execa";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import type { EngineCommand } from "./command";
import { engineWords } from "./engine-words";
import { OutputCollector } from "./output-collector";
import { killGroup } from "./processes";
import { requireProgram } from "./programs";

/** tar complains about each of a million files. */
const mostComplaintBytes = 16 * 1024;

/**
 * Runs engine commands. None is tied to this process: each has a process group of its own and runs on when the
 * daemon dies. Each has a time limit, and its whole group is killed when that is over.
 */
export class CommandRunner {
  /** The containers whose command was killed: parts of it may still be at work where LXC lists nothing. */
  readonly interrupted = new Set<number>();
  readonly #running = new Map<ResultPromise, EngineCommand>();

  constructor(private readonly defaultTimeoutMs: number) {}

  /**
   * @returns the program's answer; empty for one that gives none.
   * @throws MccError `engine` with the program's words, or `timeout`.
   */
  async run(command: EngineCommand): Promise<string> {
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

  /** Kills the commands at work on a container and resolves when they are gone. */
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
      : { env: { PATH: command.onlyPath }, extendEnv: false }),
  });
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

/** LXC adds to its log, so what one failure said must not be read again at the next. */
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
