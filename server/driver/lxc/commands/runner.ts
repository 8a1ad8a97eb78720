import { readFile, rm } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import { within } from "../../../support/time-limits";
import type { EngineCommand } from "./command";
import { EngineProcess } from "./engine-process";
import { engineWords } from "./engine-words";
import type { Ending, RunningProgram } from "./running-program";

/** Starts the program of a command. @throws MccError `engine` if it is not on the PATH. */
export type Begin = (command: EngineCommand) => RunningProgram;

const inProcess: Begin = (command) => new EngineProcess(command);

/**
 * Runs engine commands. Each has its own process group and continues if the daemon dies. Each has a time limit, after
 * which its whole group is killed.
 */
export class CommandRunner {
  /** The containers whose command was killed: processes of it may still run that LXC does not list. */
  readonly interrupted = new Set<number>();
  readonly #running = new Map<RunningProgram, EngineCommand>();

  constructor(private readonly defaultTimeoutMs: number) {}

  /**
   * Runs a command to its end.
   *
   * @param begin how its program is started. Default: as a process of the daemon.
   * @returns the program's standard output; empty unless the command asks for it.
   * @throws MccError `engine` with the program's message, or `timeout`.
   */
  async run(command: EngineCommand, begin: Begin = inProcess): Promise<string> {
    return await engineCommand(command.program, command.container?.id, () => this.#run(command, begin));
  }

  async #run(command: EngineCommand, begin: Begin): Promise<string> {
    const timeoutMs = command.timeoutMs ?? this.defaultTimeoutMs;
    const engineProcess = begin(command);
    this.#running.set(engineProcess, command);
    try {
      const inTime = await within(timeoutMs, engineProcess.ended);
      if (inTime === undefined) {
        this.#kill(engineProcess, command);
        await engineProcess.ended;
        throw new MccError(
          "timeout",
          `${titleOf(command)} did not end within ${timeoutMs / 1000} s and was killed.`,
        );
      }
      const ending = inTime.value;
      if (ending.exitCode === undefined && command.container !== undefined) {
        // Another process killed it.
        this.interrupted.add(command.container.id);
      }
      if (ending.exitCode === undefined || !(command.successes ?? [0]).includes(ending.exitCode)) {
        throw await failureOf(command, ending);
      }
      return ending.stdout;
    } finally {
      this.#running.delete(engineProcess);
    }
  }

  /** Kills the commands that run for a container, and resolves after they have ended. */
  async end(id: number): Promise<void> {
    const ours = [...this.#running].filter(([, command]) => command.container?.id === id);
    ours.forEach(([engineProcess, command]) => this.#kill(engineProcess, command));
    await Promise.all(ours.map(([{ ended }]) => ended));
  }

  #kill(engineProcess: RunningProgram, { container }: EngineCommand): void {
    if (container !== undefined) {
      this.interrupted.add(container.id);
    }
    engineProcess.kill();
  }
}

async function failureOf(command: EngineCommand, { how, complaints }: Ending): Promise<MccError> {
  const words = engineWords((await takeLog(command)) || complaints);
  return new MccError("engine", `${titleOf(command)} ${how}${words === "" ? "" : `: ${words}`}.`);
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
