import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Client, connect } from "../../../client/client";
import { validate } from "../../../protocol/validate";
import { startReportSchema } from "../../../server/start-report";
import { compiled } from "../checkout";
import { temporaryFolders } from "../files/temporary-folder";

/** The compiled program. */
export const mccserver = compiled("server/main.js");

export interface DaemonOptions {
  /** Default: the compiled program of this checkout. */
  readonly program?: string;
  /** Default: `simulated`, whose instances end with the process. */
  readonly driver?: string;
  /** Additional arguments. */
  readonly words?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

/** A real daemon process on a free port, with separate folders for its state and its runtime file. */
export class TestDaemon {
  url = "";
  /** The log of all its runs. */
  log = "";
  #process: ChildProcess | undefined;

  constructor(
    readonly folder: string,
    private readonly options: DaemonOptions,
  ) {}

  get program(): string {
    return this.options.program ?? mccserver;
  }

  get stateFolder(): string {
    return join(this.folder, "state");
  }

  get runtimeFolder(): string {
    return join(this.folder, "run");
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    const pid = this.#process?.pid;
    assert.ok(pid !== undefined, "the daemon runs");
    return pid;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.options.environment, MCC_RUNTIME_DIR: this.runtimeFolder };
  }

  /** Additional arguments, except for `-f`. The port is 0 at the first start, and then does not change. */
  get words(): string[] {
    const { driver = "simulated", words = [] } = this.options;
    const port = this.url === "" ? "0" : String(this.port);
    return ["--driver", driver, "--state-dir", this.stateFolder, "--port", port, ...words];
  }

  /** Starts it. Resolves once it serves. @throws Error with its output if it cannot serve. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.program, "-f", ...this.words], {
      env: this.environment,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    const message: unknown = (await Promise.race([once(child, "message"), once(child, "disconnect")]))[0];
    const report = validate(startReportSchema, message ?? { error: `no report; log: ${this.log}` }, "report");
    if ("error" in report) {
      throw new Error(report.error);
    }
    this.url = report.url;
  }

  async token(): Promise<string> {
    return (await readFile(join(this.stateFolder, "token"), "utf8")).trim();
  }

  async client(): Promise<Client> {
    return connect({ server: this.url, token: await this.token() });
  }

  /** Stops it like systemd and returns its exit code, also if it has ended already. */
  async stop(): Promise<number | null> {
    return await this.#end("SIGTERM");
  }

  /** Kills it, so that it cannot finish its work. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Starts it again at the same port, after `stop` or `kill`. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Removes everything that the daemon created, including instances. It must have ended. */
  async purge(): Promise<void> {
    await execa(process.execPath, [this.program, "--purge", ...this.words], { env: this.environment });
    assert.ok(!existsSync(this.stateFolder), "the state folder is gone");
    assert.ok(!existsSync(this.runtimeFolder), "the runtime file and its folder are gone");
  }

  /** Stops it and removes everything except for files in its folder. */
  async remove(): Promise<void> {
    await this.stop();
    if (this.options.driver !== undefined) {
      await this.purge();
    }
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) {
      return null;
    }
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }
}

/** Creates daemons that are not started yet. They are ended and removed after the calling suite. */
export function testDaemons(): (options?: DaemonOptions) => Promise<TestDaemon> {
  const made: TestDaemon[] = [];
  after(() => Promise.all(made.map((daemon) => daemon.remove())));
  const newFolder = temporaryFolders();
  return async (options = {}) => {
    const folder = await newFolder();
    // Containers must be able to enter their root file systems.
    await chmod(folder, 0o755);
    const daemon = new TestDaemon(folder, options);
    made.push(daemon);
    return daemon;
  };
}
