import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Death } from "./endings";
import type { Messages } from "./messages-on-wire";
import { startTimeOf } from "./start-time";

/** A process that a fake command starts. */
export interface Launch {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Default: the command's own. */
  readonly input?: string;
  /** Where both streams go. Default: those of the command. */
  readonly output?: string;
}

/**
 * The process of a fake command, which does what it is told. Each of these methods throws Death if the test has
 * killed it: a command that is dead does nothing any more.
 */
export class Launched {
  readonly #killed = new AbortController();

  constructor(
    private readonly messages: Messages,
    readonly program: string,
    readonly pid: number,
    readonly words: readonly string[],
  ) {
    messages.onClose(() => this.#killed.abort());
  }

  /** @param descriptor 1 for standard output, 2 for standard error. */
  say(descriptor: 1 | 2, text: string): void {
    this.messages.send(["say", String(descriptor), text]);
  }

  /** Runs a process to its end. @returns exit code, or the signal. */
  async run(launch: Launch): Promise<number | string> {
    const [exitCode, signal] = (await this.#ask("run", launch)).map(Number);
    return signal === 0 ? (exitCode ?? 0) : nameOf(signal);
  }

  /** Starts a process and goes on. @returns its id. */
  async start(launch: Launch): Promise<number> {
    const [pid] = await this.#ask("start", launch);
    return Number(pid);
  }

  async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#killed.signal }).catch(() => undefined);
    this.#requireAlive();
  }

  end(exitCode: number): void {
    this.messages.send(["end", String(exitCode)]);
  }

  /** Kills it like another program. */
  kill(): void {
    if (!this.messages.closed && startTimeOf(this.pid) !== "") {
      process.kill(this.pid, "SIGKILL");
    }
  }

  async #ask(
    step: "run" | "start",
    { words, environment, input = "", output = "" }: Launch,
  ): Promise<readonly string[]> {
    this.#requireAlive();
    const variables = Object.entries(environment);
    this.messages.send([step, input, output, String(variables.length), ...variables.flat(), ...words]);
    const answer = await this.messages.receive();
    this.#requireAlive();
    return answer ?? [];
  }

  #requireAlive(): void {
    if (this.#killed.signal.aborted || startTimeOf(this.pid) === "") {
      throw new Death(this.program);
    }
  }
}

function nameOf(signal: number | undefined): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? String(signal);
}
