import { randomBytes } from "node:crypto";
import { Readable, type Writable } from "node:stream";
import { execa } from "execa";
import { MccError } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import { KeptBytes } from "../../../support/kept-bytes";
import { CommandTimeout } from "../../command-timeout";
import type { ContainerFile, ExecRequest, ExecResult } from "../../driver";
import { shellQuote } from "../../shell-quote";
import type { Target } from "../commands/command";
import { engineWords } from "../commands/engine-words";
import { meaningOf } from "../commands/exit-codes";
import type { ExitMeaning } from "../commands/exit-meaning";
import { groupKiller } from "../commands/group-killer";
import { type Launcher, rootLauncher } from "../commands/launcher";
import { failureOf, notInstalled } from "../commands/runner";
import { MarkedOutput } from "./marked-output";
import { killScript, runScript, writeScript } from "./scripts";

const shell = ["/bin/sh", "-c"] as const;
const bookkeepingOutputBytes = 64 * 1024;
/**
 * The time for output that a command wrote before it was killed: its processes in other sessions keep the pipes open.
 */
const drainMs = 100;

/** How a command is passed on, in order of preference: `exec3` passes the arguments unchanged, `exec2` to a shell. */
const handovers = [
  { action: "exec3", wordsOf: (words: readonly string[]): readonly string[] => words },
  { action: "exec2", wordsOf: (words: readonly string[]): readonly string[] => [shellQuote(words)] },
] as const;

/** Runs commands inside running containers. */
export class Guest {
  #handover: (typeof handovers)[number] = handovers[0];

  constructor(
    private readonly timeoutMs: number,
    private readonly exitCodes: () => Promise<readonly ExitMeaning[]>,
    private readonly launcher: Launcher = rootLauncher,
  ) {}

  /**
   * Runs a command.
   *
   * @throws CommandTimeout, or the reason of the request's signal, after the processes of the command were killed;
   * MccError `conflict` if the container does not run.
   */
  async exec(target: Target, request: ExecRequest): Promise<ExecResult> {
    request.signal?.throwIfAborted();
    const mark = randomBytes(16).toString("hex");
    const ended = await this.#run(target, [...shell, runScript, mark, ...request.command], mark, request);
    if (ended.killed) {
      await this.#killAll(target, mark);
      request.signal?.throwIfAborted();
      throw new CommandTimeout(
        `The command ran longer than ${request.timeoutMs / 1000} s and was ended.`,
        outputOf(ended),
      );
    }
    if (ended.stdout.begun) {
      return { exitCode: ended.exitCode, ...outputOf(ended) };
    }
    return await this.#notBegun(target, request, ended);
  }

  /** Writes a file. @throws MccError `engine` with the message of the container's shell. */
  async writeFile(target: Target, { path, mode, content, folderMode }: ContainerFile): Promise<void> {
    const { exitCode, stderr } = await this.exec(target, {
      command: [
        ...shell,
        writeScript,
        "sh",
        path,
        octal(mode),
        folderMode === undefined ? "" : octal(folderMode),
      ],
      stdin: content,
      timeoutMs: this.timeoutMs,
      maxOutputBytes: bookkeepingOutputBytes,
    });
    if (exitCode !== 0) {
      throw new MccError(
        "engine",
        `${path} could not be written in container ${target.id}: ${engineWords("", Buffer.from(stderr).toString())}.`,
      );
    }
  }

  /** vzctl failed, so the exit code is its own. */
  async #notBegun(
    target: Target,
    request: ExecRequest,
    { exitCode, ...ended }: GuestEnded,
  ): Promise<ExecResult> {
    const [stdout, stderr] = [ended.stdout.words, ended.stderr.words];
    const command = { program: "vzctl", words: [this.#handover.action, target.ctid], target } as const;
    const refusal = this.launcher.refusal(command, exitCode, stderr);
    if (refusal !== undefined) {
      throw refusal;
    }
    const meaning = meaningOf(await this.exitCodes(), exitCode, {
      words: `${stdout}\n${stderr}`,
      action: this.#handover.action,
    });
    const next = handovers[handovers.indexOf(this.#handover) + 1];
    if (meaning?.kind === "bad-command" && next !== undefined) {
      this.#handover = next;
      return await this.exec(target, request);
    }
    throw failureOf(command, { exitCode, stdout, stderr, meaning });
  }

  async #killAll(target: Target, mark: string): Promise<void> {
    await this.#run(target, [...shell, killScript, "sh", mark], mark, {
      stdin: Buffer.alloc(0),
      timeoutMs: this.timeoutMs,
      maxOutputBytes: 0,
    });
  }

  async #run(
    target: Target,
    words: readonly string[],
    mark: string,
    request: Omit<ExecRequest, "command">,
  ): Promise<GuestEnded> {
    const name = `vzctl ${this.#handover.action}`;
    return await engineCommand(name, target.id, () => this.#spawn(target, words, mark, request));
  }

  async #spawn(
    target: Target,
    words: readonly string[],
    mark: string,
    { stdin, output, timeoutMs, maxOutputBytes, signal }: Omit<ExecRequest, "command">,
  ): Promise<GuestEnded> {
    const { action, wordsOf } = this.#handover;
    const { file, words: given } = this.launcher.launch("vzctl", [action, target.ctid, ...wordsOf(words)]);
    const subprocess = execa(file, given, {
      cwd: "/",
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      ...(stdin instanceof Readable ? { stdin: "pipe" } : { input: stdin }),
      stdout: "pipe",
      stderr: "pipe",
      env: { LC_ALL: "C" },
    });
    const passOn = (): void => {
      if (stdin instanceof Readable) {
        stdin.pipe(subprocess.stdin.on("error", () => undefined));
      }
    };
    const stdout = new MarkedOutput(
      mark,
      keptOrPassed(output?.stdout, maxOutputBytes, subprocess.stdout),
      passOn,
    );
    const stderr = new MarkedOutput(mark, keptOrPassed(output?.stderr, maxOutputBytes, subprocess.stderr));
    subprocess.stdout.on("data", (chunk: Buffer) => stdout.add(chunk));
    subprocess.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
    let drained: NodeJS.Timeout | undefined;
    const drain = (): void => {
      drained ??= setTimeout(
        () => [subprocess.stdout, subprocess.stderr].forEach((stream) => stream.destroy()),
        drainMs,
      );
    };
    let hasEnded = false;
    // What the command left can still write to a receiver that takes no more.
    const limit = groupKiller(subprocess.pid, timeoutMs, this.launcher, signal, () => hasEnded && drain());
    subprocess.once("exit", () => {
      hasEnded = true;
      if (limit.killed()) {
        drain();
      }
    });
    const { exitCode, code, shortMessage } = await subprocess.finally(() => {
      limit.clear();
      clearTimeout(drained);
    });
    if (code === "ENOENT") {
      throw notInstalled(file);
    }
    if (exitCode === undefined && !limit.killed()) {
      throw new MccError("engine", `vzctl ${action} ${target.ctid} did not end: ${shortMessage}.`);
    }
    return { exitCode: exitCode ?? 1, stdout, stderr, killed: limit.killed() };
  }
}

/** Keeps the first bytes, or passes all on to a receiver, for which the source then waits. */
function keptOrPassed(
  receiver: Writable | undefined,
  maxBytes: number,
  source: Readable,
): Pick<KeptBytes, "add" | "bytes" | "truncated"> {
  if (receiver === undefined) {
    return new KeptBytes(maxBytes);
  }
  const add = (bytes: Uint8Array): void => {
    if (bytes.length > 0 && !receiver.write(bytes)) {
      source.pause();
      receiver.once("drain", () => source.resume());
    }
  };
  return { add, bytes: () => Buffer.alloc(0), truncated: false };
}

interface GuestEnded {
  readonly exitCode: number;
  readonly stdout: MarkedOutput;
  readonly stderr: MarkedOutput;
  readonly killed: boolean;
}

function outputOf({ stdout, stderr }: GuestEnded): CommandTimeout["output"] {
  return {
    stdout: stdout.output,
    stderr: stderr.output,
    truncated: stdout.truncated || stderr.truncated,
  };
}

function octal(mode: number): string {
  return mode.toString(8);
}
