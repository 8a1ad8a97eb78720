import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { MccError } from "../protocol/error";
import { type KeeperOrder, keeperReportSchema } from "./keeper-messages";

/**
 * Keeps a lease from a process of its own, as this one may stand at a breakpoint. That process notices when this
 * one ends, however it ends, and then ends the lease; it does not keep this one from ending.
 */
export class LeaseKeeper {
  /** Open, and renewed from now on. */
  readonly lease: Promise<string>;
  readonly #process: ChildProcess;
  /** Whether its end is expected, or known. */
  #over = false;

  constructor(order: KeeperOrder) {
    this.#process = fork(join(__dirname, "lease-keeper-process.js"), {
      // Ctrl-C goes to all of a terminal's processes, and tests may go on after it for a while.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      cwd: "/",
      // A debugger or a loader is meant for the tests.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: undefined },
    });
    this.lease = this.#firstReport().finally(() => {
      this.#process.unref();
      this.#process.channel?.unref();
    });
    this.#process.send(order);
  }

  /** Lets the lease end by this, and then the process; that ends it, too. @throws what this throws. */
  async release(endLease: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    this.#over = true;
    try {
      await endLease();
    } finally {
      await this.#endProcess();
    }
  }

  async #endProcess(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      this.#process.ref();
      const exit = once(this.#process, "exit");
      if (this.#process.connected) {
        this.#process.disconnect();
      }
      await exit;
    }
  }

  async #firstReport(): Promise<string> {
    return await new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => {
        if (!this.#over) {
          this.#over = true;
          const message = `The lease of a test fleet is not kept any longer, and its hosts are destroyed: ${why}`;
          reject(new MccError("unavailable", message));
          // In case nobody waits for the lease any more.
          process.emitWarning(message);
        }
      };
      this.#process.on("message", (message) => {
        const report = keeperReportSchema.parse(message);
        if ("lease" in report) {
          resolve(report.lease);
        } else {
          fail(report.ended);
        }
      });
      this.#process.once("error", reject);
      this.#process.once("exit", (code, signal) => {
        fail(`the process that kept it ended (${signal ?? `exit code ${String(code)}`}).`);
      });
    });
  }
}
