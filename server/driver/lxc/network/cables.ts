import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import { requireProgram } from "../commands/programs";

/** A line of output that tells that the lines before it are done. */
const mark = "link show dev lo";

/**
 * Changes the host's ends of containers' cables. One `ip` process takes all changes: a process for each would take longer
 * than all the rest of a claim. It ends with the daemon.
 */
export class Cables {
  #process: ChildProcess | undefined;
  /** The changes that wait for their mark, in their order. */
  readonly #waiting: ((isDone: boolean) => void)[] = [];

  constructor(private readonly timeoutMs: number) {}

  /** Gives a cable that is in use another name. @throws MccError `engine`, `timeout`. */
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

  /** Removes a cable. One that does not exist is a success. @throws MccError `engine`, `timeout`. */
  async remove(name: string): Promise<void> {
    await this.#run(`link delete dev ${name}`);
    if (existsSync(`/sys/class/net/${name}`)) {
      throw new MccError("engine", `The interface ${name} could not be removed.`);
    }
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

  async #run(...lines: readonly string[]): Promise<void> {
    const child = (this.#process ??= this.#start());
    const done = new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    // Otherwise a daemon with nothing else to wait for, as at its start, would end here.
    child.ref();
    child.stdin?.write([...lines, mark].map((line) => `${line}\n`).join(""));
    const inTime = await within(this.timeoutMs, done);
    if (this.#waiting.length === 0) {
      child.unref();
    }
    if (inTime?.value !== true) {
      child.kill("SIGKILL");
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
