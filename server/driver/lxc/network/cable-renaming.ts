import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import { requireProgram } from "../commands/programs";

/** A line of output that tells that the lines before it are done. */
const mark = "link show dev lo";

/**
 * Renames the host's ends of containers' cables while they are in use. One `ip` process takes all renames: a process for
 * each would take longer than all the rest of a claim. It ends with the daemon.
 */
export class CableRenaming {
  #process: ChildProcess | undefined;
  /** The renames that wait for their mark, in their order. */
  #waiting: ((isDone: boolean) => void)[] = [];

  constructor(private readonly timeoutMs: number) {}

  /** @throws MccError `engine`, `timeout`. */
  async rename(from: string, to: string): Promise<void> {
    await this.#run(`link set dev ${from} name ${to}`);
    if (!existsSync(`/sys/class/net/${to}`)) {
      // Kernels before 6.2 rename only an interface that is down.
      await this.#run(
        `link set dev ${from} down`,
        `link set dev ${from} name ${to}`,
        `link set dev ${to} up`,
        `link set dev ${from} up`,
      );
    }
    if (!existsSync(`/sys/class/net/${to}`)) {
      throw new MccError("engine", `The interface ${from} could not be renamed to ${to}.`);
    }
  }

  close(): void {
    this.#process?.stdin?.end();
    this.#process = undefined;
  }

  async #run(...lines: readonly string[]): Promise<void> {
    this.#process ??= this.#start();
    const { stdin } = this.#process;
    const done = new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    stdin?.write([...lines, mark].map((line) => `${line}\n`).join(""));
    const inTime = await within(this.timeoutMs, done);
    if (inTime?.value !== true) {
      this.#process?.kill("SIGKILL");
      throw new MccError(
        inTime === undefined ? "timeout" : "engine",
        `ip did not carry out "${lines[0]}"${inTime === undefined ? ` within ${this.timeoutMs / 1000} s` : ""}.`,
      );
    }
  }

  #start(): ChildProcess {
    const child = spawn(requireProgram("ip"), ["-oneline", "-force", "-batch", "-"], {
      cwd: "/",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    createInterface(child.stdout).on("line", () => this.#waiting.shift()?.(true));
    const end = (): void => {
      if (this.#process === child) {
        this.#process = undefined;
      }
      this.#waiting.splice(0).forEach((answer) => answer(false));
    };
    child.on("error", end).on("close", end);
    child.stdin.on("error", () => undefined);
    child.unref();
    for (const stream of [child.stdin, child.stdout]) {
      if (stream instanceof Socket) {
        stream.unref();
      }
    }
    return child;
  }
}
