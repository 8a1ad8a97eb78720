import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { asEngineFault } from "../../../support/files/file-system-fault";
import type { EngineCommand } from "./command";
import { engineWords } from "./engine-words";
import { meaningOf } from "./exit-codes";
import type { ExitMeaning } from "./exit-meaning";
import { groupKiller } from "./group-killer";
import { namelessFile, readEnd } from "./nameless-file";

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined for success, and for an exit code that is not in the table. */
  readonly meaning: ExitMeaning | undefined;
  /** How long it was tried in vain to get past the lock of another command. */
  readonly waitedMs?: number;
}

export interface RunnerOptions {
  /** The time limit of one command; for a lock, it is waited as long again. */
  readonly timeoutMs: number;
  /** What commands carry in their environment, so that a later daemon knows them. */
  readonly mark: (id: number | undefined) => Readonly<Record<string, string>>;
}

/** More than the list of all containers of the largest host; scripts that vzctl runs could write without end. */
const mostWordsBytes = 64 * 1024 * 1024;
const firstLockPauseMs = 50;
const longestLockPauseMs = 1000;

/**
 * Runs engine commands, each in a process group of its own that outlives the daemon. What they write goes to
 * files without a name rather than to pipes, so that the daemon's end does not break them, and nothing that they
 * leave running keeps the daemon waiting.
 */
export class CommandRunner {
  constructor(private readonly options: RunnerOptions) {}

  /**
   * Runs a command and waits, for a bounded time, while another has the container locked.
   *
   * @param table what exit codes mean.
   * @throws MccError `timeout`, and then the command and all that it started is killed; `unavailable` where the
   * program is not installed; what the table says for an exit code that is no success.
   */
  async run(command: EngineCommand, table: readonly ExitMeaning[]): Promise<Ended> {
    const result = await this.attempt(command, table);
    if (!(command.successes ?? [0]).includes(result.exitCode)) {
      throw failureOf(command, result);
    }
    return result;
  }

  /** Like `run`, whatever the exit code. */
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
    const timeoutMs = command.timeoutMs ?? this.options.timeoutMs;
    const [stdout, stderr] = await Promise.all([namelessFile(), namelessFile()]);
    try {
      // execa's options have no way to hand a descriptor on.
      const child = spawn(command.program, command.words, {
        cwd: "/",
        detached: true,
        stdio: ["ignore", stdout.fd, stderr.fd],
        env: { ...process.env, LC_ALL: "C", ...this.options.mark(command.target?.id) },
      });
      const limit = groupKiller(child.pid, timeoutMs);
      await ended(child, command).finally(() => limit.clear());
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
      const meaning =
        exitCode === 0 ? undefined : meaningOf(table, exitCode, `${words.stdout}\n${words.stderr}`);
      return { exitCode, ...words, meaning };
    } finally {
      await Promise.all([stdout.close(), stderr.close()]);
    }
  }
}

/** Where vzctl writes by default: containers and images, and its configuration. */
const writtenFolders = ["/vz", "/var/lib/vz", "/etc/vz", "/run"] as const;

/** The error that an exit code stands for, with vzctl's own words and what to do. */
export function failureOf(
  command: EngineCommand,
  { exitCode, stdout, stderr, meaning, waitedMs }: Ended,
): MccError {
  const words = engineWords(stdout, stderr);
  const waited = waitedMs === undefined ? "" : `, for the ${waitedMs / 1000} s that it was waited for`;
  const said = words === "" ? "it said nothing" : words;
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
    `${program} is not installed, or not on the daemon's PATH; install the package vzctl.`,
  );
}

/** `vzctl start 501`; where the engine has another id for it, both. */
function titleOf({ program, words, target }: EngineCommand): string {
  if (target === undefined) {
    return [program, ...words].join(" ");
  }
  const shown = [program, ...words.slice(0, 2), ...words.filter((word) => word === "--fast")].join(" ");
  return target.ctid === String(target.id) ? shown : `${shown} (instance ${target.id})`;
}

/** @throws MccError `unavailable` where the program is not installed. */
async function ended(child: ChildProcess, command: EngineCommand): Promise<void> {
  try {
    await once(child, "exit");
  } catch (error) {
    throw hasErrno(error, "ENOENT") ? notInstalled(command.program) : error;
  }
}
