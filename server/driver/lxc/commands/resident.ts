import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MccError } from "../../../../protocol/error";
import { engineCommand } from "../../../support/engine-command";
import { within } from "../../../support/time-limits";
import { letGo } from "./let-go";
import { type Program, requireProgram } from "./programs";

/** How a program that reads commands from its standard input is used. */
export interface Residence {
  readonly program: Program;
  readonly words: readonly string[];
  /** The output on which the program tells that it is done. */
  readonly answersOn: "stdout" | "stderr";
  /** Returns a command whose answer tells that those before it are done. @param number differs for each. */
  readonly mark: (number: number) => string;
  /** Whether a line of output is the answer to that command. */
  readonly isMark: (line: string, number: number) => boolean;
}

interface Waiting {
  readonly number: number;
  readonly lines: string[];
  /** @param lines undefined if the process ended. */
  readonly answer: (lines: readonly string[] | undefined) => void;
}

/**
 * A program that stays and takes commands one after the other, where a process for each would take longer than the
 * command. It is started for the first command, and ends with the daemon.
 */
export class ResidentProgram {
  #process: ChildProcess | undefined;
  #number = 0;
  /** In the order of their commands. */
  readonly #waiting: Waiting[] = [];

  constructor(
    private readonly residence: Residence,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Resolves when the program has carried out the commands, also if it refused some.
   *
   * @returns its lines of output since the commands before.
   * @throws MccError `engine` if it ended, `timeout`.
   */
  async run(...commands: readonly string[]): Promise<readonly string[]> {
    return await engineCommand(this.residence.program, undefined, () => this.#run(...commands));
  }

  async #run(...commands: readonly string[]): Promise<readonly string[]> {
    const { program, mark } = this.residence;
    const child = (this.#process ??= this.#start());
    this.#number += 1;
    const number = this.#number;
    const answer = new Promise<readonly string[] | undefined>((resolve) =>
      this.#waiting.push({ number, lines: [], answer: resolve }),
    );
    // Otherwise a daemon with nothing else to wait for, as at its start, would end here.
    child.ref();
    child.stdin?.write([...commands, mark(number)].map((line) => `${line}\n`).join(""));
    const inTime = await within(this.timeoutMs, answer);
    if (this.#waiting.length === 0) {
      child.unref();
    }
    if (inTime?.value === undefined) {
      child.kill("SIGKILL");
      const what = inTime === undefined ? `within ${this.timeoutMs / 1000} s` : "and ended";
      throw new MccError(
        inTime === undefined ? "timeout" : "engine",
        `${program} did not carry out "${commands[0]?.slice(0, 100)}" ${what}.`,
      );
    }
    return inTime.value;
  }

  /** Resolves once the process has ended. */
  async close(): Promise<void> {
    const running = this.#process;
    if (running !== undefined) {
      this.#process = undefined;
      running.ref();
      const exit = once(running, "close");
      running.stdin?.end();
      await exit;
    }
  }

  #start(): ChildProcess {
    const { program, words, answersOn } = this.residence;
    const child = spawn(requireProgram(program), words, {
      cwd: "/",
      // Some keep a history of commands in a user's home.
      env: { ...process.env, LC_ALL: "C", HOME: "/nonexistent" },
      stdio: ["pipe", answersOn === "stdout" ? "pipe" : "ignore", answersOn === "stderr" ? "pipe" : "ignore"],
    });
    const output = child[answersOn];
    if (output !== null) {
      createInterface(output).on("line", (line) => this.#take(line));
    }
    const end = (): void => {
      if (this.#process === child) {
        this.#process = undefined;
      }
      this.#waiting.splice(0).forEach(({ answer }) => answer(undefined));
    };
    child.on("error", end).on("close", end);
    child.stdin?.on("error", () => undefined);
    letGo(child);
    return child;
  }

  #take(line: string): void {
    const [next] = this.#waiting;
    if (next !== undefined && this.residence.isMark(line, next.number)) {
      this.#waiting.shift();
      next.answer(next.lines);
    } else {
      next?.lines.push(line);
    }
  }
}
