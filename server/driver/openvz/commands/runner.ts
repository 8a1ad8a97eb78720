import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import { asEngineFault } from "../../../support/files/file-system-fault";
import type { EngineCommand } from "./command";
import { engineWords } from "./engine-words";
import { meaningOf } from "./exit-codes";
import type { ExitMeaning } from "./exit-meaning";
import { groupKiller } from "./group-killer";
import { type Launcher, rootLauncher } from "./launcher";
import { namelessFile, readEnd } from "./nameless-file";

/** The result of a command. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined for success, and for an exit code that is not in the table. */
  readonly meaning: ExitMeaning | undefined;
  /** How long the command was repeated because another one had the lock. Undefined if it got the lock. */
  readonly waitedMs?: number;
}

export interface RunnerOptions {
  /** The time limit of one command. The wait for a lock has the same limit in addition. */
  readonly timeoutMs: number;
  /** Returns the environment variables of commands by which a later daemon recognises them. */
  readonly mark: (id: number | undefined) => Readonly<Record<string, string>>;
  /** Default: for root. */
  readonly launcher?: Launcher;
}

/** More than the list of all containers of the largest host. Scripts that vzctl runs could write without end. */
const mostWordsBytes = 64 * 1024 * 1024;
const firstLockPauseMs = 50;
const longestLockPauseMs = 1000;

/**
 * Runs engine commands, each in its own process group, which outlives the daemon. Their output goes to files without a
 * name and not to pipes. Therefore the daemon's end does not break them, and the daemon does not wait for processes
 * that they leave running.
 */
export class CommandRunner {
  readonly #launcher: Launcher;

  constructor(private readonly options: RunnerOptions) {
    this.#launcher = options.launcher ?? rootLauncher;
  }

  /**
   * Runs a command. While another one has locked the container, it is repeated for a limited time.
   *
   * @param table the meanings of exit codes.
   * @throws MccError `timeout` after the command and everything that it started was killed; `unavailable` if the
   * program is not installed; the error of the table for an exit code that is not a success.
   */
  async run(command: EngineCommand, table: readonly ExitMeaning[]): Promise<Ended> {
    const result = await this.attempt(command, table);
    if (!(command.successes ?? [0]).includes(result.exitCode)) {
      throw failureOf(command, result);
    }
    return result;
  }

  /** Like `run`, but returns the result for every exit code. */
  async attempt(command: EngineCommand, table: readonly ExitMeaning[]): Promise<Ended> {
    const giveUpAt = Date.now() + this.options.timeoutMs;
    for (let pauseMs = firstLockPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestLockPauseMs)) {
      const result = await this.#runOnce(command, table);
      if (result.meaning?.kind !== "locked") {
        return result;
      }
      if (Date.now() + pauseMs > giveUpAt) {
        return { ...result, waitedMs: this.options.timeoutMs };
      }
      await pause(pauseMs);
    }
  }

  async #runOnce(command: EngineCommand, table: readonly ExitMeaning[]): Promise<Ended> {
    const name = [command.program, ...command.words.slice(0, 1)].join(" ");
    return await engineCommand(name, command.target?.id, () => this.#spawn(command, table));
  }

  async #spawn(command: EngineCommand, table: readonly ExitMeaning[]): Promise<Ended> {
    const timeoutMs = command.timeoutMs ?? this.options.timeoutMs;
    const [stdout, stderr] = await Promise.all([namelessFile(), namelessFile()]);
    try {
      // execa has no option to pass a descriptor.
      const { file, words: given } = this.#launcher.launch(command.program, command.words);
      const child = spawn(file, given, {
        cwd: "/",
        detached: true,
        stdio: ["ignore", stdout.fd, stderr.fd],
        env: { ...process.env, LC_ALL: "C", ...this.options.mark(command.target?.id) },
      });
      const limit = groupKiller(child.pid, timeoutMs, this.#launcher);
      await ended(child, file).finally(() => limit.clear());
      if (limit.killed()) {
        throw new MccError(
          "timeout",
          `${titleOf(command)} did not end within ${timeoutMs / 1000} s and was killed.`,
        );
      }
      if (child.exitCode === null) {
        throw new MccError("engine", `${titleOf(command)} was ended by ${child.signalCode}.`);
      }
      const { exitCode } = child;
      const words = {
        stdout: await readEnd(stdout, mostWordsBytes),
        stderr: await readEnd(stderr, mostWordsBytes),
      };
      const refusal = this.#launcher.refusal(command, exitCode, words.stderr);
      if (refusal !== undefined) {
        throw refusal;
      }
      const meaning =
        exitCode === 0
          ? undefined
          : meaningOf(table, exitCode, {
              words: `${words.stdout}\n${words.stderr}`,
              action: command.words[0],
            });
      return { exitCode, ...words, meaning };
    } finally {
      await Promise.all([stdout.close(), stderr.close()]);
    }
  }
}

/** The default folders to which vzctl writes: containers and images, and its configuration. */
const writtenFolders = ["/vz", "/var/lib/vz", "/etc/vz", "/run"] as const;

/** Returns the error for an exit code, with vzctl's own message and the remedy. */
export function failureOf(
  command: EngineCommand,
  { exitCode, stdout, stderr, meaning, waitedMs }: Ended,
): MccError {
  const words = engineWords(stdout, stderr);
  const waited = waitedMs === undefined ? "" : ` after a wait of ${waitedMs / 1000} s`;
  const said = words === "" ? "no message" : words;
  const failure = new MccError(
    meaning?.code ?? "engine",
    meaning === undefined
      ? `${titleOf(command)} failed with exit code ${exitCode}: ${said}.`
      : `${titleOf(command)} failed with exit code ${exitCode}, ${meaning.meaning}${waited}: ${said}. What to do: ${meaning.remedy}.`,
  );
  return asEngineFault(failure, writtenFolders);
}

export function notInstalled(program: string): MccError {
  return new MccError(
    "unavailable",
    `${program} is not installed, or not on the daemon's PATH; install the package ${program === "sudo" ? "sudo" : "vzctl"}.`,
  );
}

/** Returns `vzctl start 501`, and the instance's id if the engine uses another id. */
function titleOf({ program, words, target }: EngineCommand): string {
  if (target === undefined) {
    return [program, ...words].join(" ");
  }
  const shown = [program, ...words.slice(0, 2), ...words.filter((word) => word === "--fast")].join(" ");
  return target.ctid === String(target.id) ? shown : `${shown} (instance ${target.id})`;
}

/** Waits for the end of a command. @throws MccError `unavailable` if the program is not installed. */
async function ended(child: ChildProcess, program: string): Promise<void> {
  try {
    await once(child, "exit");
  } catch (error) {
    throw hasErrno(error, "ENOENT") ? notInstalled(program) : error;
  }
}
