import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { getSystemErrorName } from "node:util";
import { endsWithin } from "../../../support/time-limits";
import { letGo } from "../commands/let-go";
import { endingOf, type RunningProgram } from "../commands/running-program";
import { Start } from "./start";

const signals = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);
/** The reasons that LXC does not write to its log, by the exit codes of `starter.c`. */
const reasons = new Map([
  [66, "the container has no configuration file"],
  [78, "LXC cannot read the configuration, or cannot lock the container"],
]);

/** `starter.c` adds the number of the system's error. */
const noLog = 128;
/** The system's words for errors, which the words for a full file system are found by. */
const systemWords = new Map([
  [constants.errno.ENOSPC, "No space left on device"],
  [constants.errno.EDQUOT, "Disk quota exceeded"],
  [constants.errno.EROFS, "Read-only file system"],
]);

/** Returns the reason that LXC does not write to its log; undefined if it does. */
function reasonOf(code: number): string | undefined {
  if (code <= noLog) {
    return reasons.get(code);
  }
  const errno = code - noLog;
  return `the log file cannot be opened: ${systemWords.get(errno) ?? getSystemErrorName(-errno)}`;
}

/** A process of `starter.c`, which describes what is written to it and what it answers. */
export class StarterProcess {
  /** Resolves to whether it takes requests; false if it has ended. */
  readonly ready: Promise<boolean>;
  readonly #child: ChildProcess;
  /** In the order of their requests. */
  readonly #requested: Start[] = [];
  readonly #running = new Map<number, Start>();
  /** The requests for host names, in their order. */
  readonly #naming: ((isSet: boolean) => void)[] = [];
  #isReady: (ready: boolean) => void = () => undefined;

  /** @param onEnd is told once that the process does not run any more, for any reason. */
  constructor(
    file: string,
    words: readonly string[],
    env: NodeJS.ProcessEnv,
    private readonly onEnd: () => void,
  ) {
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#child = spawn(file, words, { cwd: "/", detached: true, stdio: ["pipe", "pipe", "ignore"], env });
    this.#child.once("error", () => this.#end()).once("exit", () => this.#end());
    const { stdin, stdout } = this.#child;
    // A daemon with too many open files gets no pipes.
    if (!stdin || !stdout) {
      return;
    }
    stdin.on("error", () => undefined);
    createInterface(stdout).on("line", (line) => this.#take(line));
    letGo(this.#child);
    // Until it is ready, because the opening waits for it.
    this.#child.ref();
  }

  /** @param words those of lxc-start. */
  start(words: readonly string[]): RunningProgram {
    const start = new Start(() => this.kill());
    this.#requested.push(start);
    this.#request(words);
    return start;
  }

  /** @param namespace the path of a UTS namespace. @returns whether it has the host name now. */
  async setHostName(namespace: string, name: string): Promise<boolean> {
    const set = new Promise<boolean>((resolve) => this.#naming.push(resolve));
    this.#request(["hostname", namespace, name]);
    return await set;
  }

  #request(words: readonly string[]): void {
    // Otherwise a daemon with nothing else to wait for, as at its start, would end here.
    this.#child.ref();
    this.#child.stdin?.write([...words, ""].map((word) => `${word}\0`).join(""));
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends the process, and resolves once it has ended. Kills the starts that run. @param timeoutMs after which it is killed. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      this.#child.ref();
      const exit = once(this.#child, "exit");
      this.#child.stdin?.end();
      if (!(await endsWithin(timeoutMs, exit))) {
        this.kill();
        await exit;
      }
    }
  }

  #take(line: string): void {
    const [event, number, code] = line.split(" ");
    if (event === "ready") {
      this.#child.unref();
      this.#isReady(true);
    } else if (event === "started") {
      this.#started(Number(number));
    } else if (event === "refused") {
      this.#refused(Number(number));
    } else if (event === "named") {
      this.#naming.shift()?.(Number(number) === 0);
      this.#letGoIfIdle();
    } else if (event === "ended") {
      this.#ended(Number(number), Number(code));
    }
  }

  #started(pid: number): void {
    const start = this.#requested.shift();
    if (start !== undefined) {
      this.#running.set(pid, start);
      start.begun(pid);
    }
  }

  #refused(errno: number): void {
    const reason = getSystemErrorName(-errno);
    this.#requested.shift()?.end(undefined, `failed: fork ${reason}`);
    this.#letGoIfIdle();
  }

  #ended(pid: number, code: number): void {
    const signal = code < 0 ? (signals.get(-code) ?? null) : null;
    const exitCode = code < 0 ? undefined : code;
    this.#running.get(pid)?.end(exitCode, endingOf(exitCode, signal), reasonOf(code));
    this.#running.delete(pid);
    this.#letGoIfIdle();
  }

  #letGoIfIdle(): void {
    if (this.#running.size + this.#requested.length + this.#naming.length === 0) {
      this.#child.unref();
    }
  }

  /** The starts that run would report to nobody. */
  #end(): void {
    this.#isReady(false);
    this.#running.forEach((start) => start.kill());
    for (const start of [...this.#running.values(), ...this.#requested.splice(0)]) {
      start.end(undefined, "was lost, because the process that starts containers was ended");
    }
    this.#running.clear();
    this.#naming.splice(0).forEach((tell) => tell(false));
    this.onEnd();
  }
}
