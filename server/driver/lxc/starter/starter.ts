import { existsSync } from "node:fs";
import { join } from "node:path";
import { within } from "../../../support/time-limits";
import type { DriverLog } from "../../driver";
import type { EngineCommand, Through } from "../commands/command";
import { EngineProcess, environmentOf } from "../commands/engine-process";
import { findProgram, requireProgram } from "../commands/programs";
import type { RunningProgram } from "../commands/running-program";
import type { Place } from "../place";
import { StarterProcess } from "./starter-process";

/** `starter.c`, compiled by the build where there is a C compiler and the header of LXC. */
export const starterProgram = "lxc-starter";
const starterFile = join(__dirname, starterProgram);
/** A program of another folder may belong to another LXC than the library that is loaded. */
const systemPrograms: readonly (string | undefined)[] = ["/usr/bin/lxc-start", "/bin/lxc-start"];
/** For the argument list of a start, apart from the containers' folder. */
const room = "-".repeat(256);

/**
 * Starts containers by a process that has LXC's library loaded, and sets host names. Where it cannot be used, and as long
 * as it is not ready, lxc-start starts them.
 *
 * Purpose: a start takes less processor time by a quarter, see docs/performance.md.
 */
export class Starter {
  #process: StarterProcess | undefined;
  #isReady = false;
  /** Undefined while closed. */
  #through: { readonly through: Through | undefined } | undefined;
  /** Whether it has ended before it was ready. */
  #isUseless: boolean;

  constructor(
    private readonly place: Place,
    private readonly log: DriverLog,
    private readonly timeoutMs: number,
    private readonly file = starterFile,
  ) {
    this.#isUseless = !existsSync(file);
  }

  /** Resolves when the process is ready, or known not to become so. @param through how the process enters the namespace. */
  async open(through: Through | undefined): Promise<void> {
    this.#through = { through };
    if (this.#isUseless || this.#process !== undefined || !isSystemLxc()) {
      return;
    }
    this.#isReady = await this.#isStarted(through);
    // Closed in the meantime, it has ended for that.
    if (!this.#isReady && this.#isOpen()) {
      this.#isUseless = true;
      this.log.warn({}, `${starterProgram} cannot be used; lxc-start starts the containers`);
    }
  }

  #isOpen(): boolean {
    return this.#through !== undefined;
  }

  async #isStarted(through: Through | undefined): Promise<boolean> {
    let started: StarterProcess;
    try {
      started = new StarterProcess(...this.#command(through), () => {
        this.#process = undefined;
        this.#isReady = false;
      });
    } catch (error) {
      this.log.debug({ err: error }, `${starterProgram} could not be started`);
      return false;
    }
    this.#process = started;
    const answer = await within(this.timeoutMs, started.ready);
    if (answer?.value !== true) {
      started.kill();
    }
    return answer?.value === true && this.#process === started;
  }

  /** Whether the process takes requests now. */
  get isReady(): boolean {
    return this.#process !== undefined && this.#isReady;
  }

  /** Begins a start, as the command says. @throws MccError `engine` if lxc-start is not on the PATH. */
  begin(command: EngineCommand): RunningProgram {
    if (this.#process !== undefined && this.#isReady && isSystemLxc()) {
      return this.#process.start(command.words);
    }
    if (this.#through !== undefined) {
      void this.open(this.#through.through);
    }
    return new EngineProcess(command);
  }

  /**
   * Sets a host name.
   *
   * @param namespace the path of the file of a UTS namespace.
   * @returns false if the process does not run, does not answer in time, or the kernel refuses it; also for an empty name.
   */
  async setHostName(namespace: string, name: string): Promise<boolean> {
    const process = this.#isReady ? this.#process : undefined;
    // A request ends with an empty word. What follows would be taken for the next request.
    if (process === undefined || name === "") {
      return false;
    }
    const answer = await within(this.timeoutMs, process.setHostName(namespace, name));
    if (answer === undefined) {
      // Later, the path may be that of another namespace.
      process.kill();
    }
    return answer?.value === true;
  }

  /** Ends the process, and with it the starts that run. */
  async close(): Promise<void> {
    this.#through = undefined;
    await this.#process?.close(this.timeoutMs);
  }

  #command(through: Through | undefined): [file: string, words: string[], env: NodeJS.ProcessEnv] {
    const { containers, engineConfiguration } = this.place;
    const words = [containers, String(process.pid), room];
    const environment = environmentOf({ onlyPath: engineConfiguration });
    return through === undefined
      ? [this.file, words, environment]
      : [requireProgram(through.program), [...through.words, this.file, ...words], environment];
  }
}

function isSystemLxc(): boolean {
  return systemPrograms.includes(findProgram("lxc-start"));
}
