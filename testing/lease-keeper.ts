import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { MccError } from "../protocol/error";
import { type KeeperOrder, keeperReportSchema } from "./keeper-messages";

/**
 * Renews a lease in a separate process, because this one can stop at a breakpoint. The other process detects every kind
 * of end of this one, and then ends the lease. It does not keep this process running.
 */
export class LeaseKeeper {
  /** Resolves when the lease has been renewed for the first time. */
  readonly renews: Promise<void>;
  readonly #process: ChildProcess;
  /** Whether the end of the other process is expected, or already reported. */
  #over = false;

  constructor(order: KeeperOrder) {
    this.#process = fork(join(__dirname, "lease-keeper-process.js"), {
      // A terminal sends Ctrl-C to all its processes, but tests can continue after it for some time.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      cwd: "/",
      // A debugger or a loader applies only to the tests.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: undefined },
    });
    this.renews = this.#firstReport().finally(() => {
      this.#process.unref();
      unrefChannel(this.#process);
    });
    this.#process.send(order);
  }

  /** Ends the lease by this call, and then the process, which ends it too. @throws the error of the call. */
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

  async #firstReport(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        if (!this.#over) {
          this.#over = true;
          const message = `The lease of a test fleet is no longer renewed, so its hosts are destroyed: ${why}`;
          reject(new MccError("unavailable", message));
          // A warning, because `renews` can already be resolved.
          process.emitWarning(message);
        }
      };
      this.#process.on("message", (message) => {
        const report = keeperReportSchema.parse(message);
        if ("renews" in report) {
          resolve();
        } else {
          fail(report.ended);
        }
      });
      this.#process.once("error", reject);
      this.#process.once("exit", (code, signal) => {
        fail(`the process that renewed it ended (${signal ?? `exit code ${String(code)}`}).`);
      });
    });
  }
}

/** Under bun, the channel to a child process has no `unref`, and does not keep this process running. */
function unrefChannel(child: ChildProcess): void {
  const channel: { readonly unref?: () => void } | null | undefined = child.channel;
  channel?.unref?.();
}
