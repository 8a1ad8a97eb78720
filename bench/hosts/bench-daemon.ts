import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Client, connect } from "../../client";
import { MccError, messageOf } from "../../protocol/error";
import { validate } from "../../protocol/validate";
import { startReportSchema } from "../../server/start-report";

const mccserver = join(__dirname, "..", "..", "server", "main.js");

/** Standard output contains only the figures. */
const toStandardError = 2;

/** On a disk, like a user's state folder. /tmp can be in memory, where a sync costs nothing. */
const parentFolder = "/var/tmp";

const usualRange = "198.18.0.2-198.18.7.250";

export interface BenchDaemon {
  /** A folder that containers can enter. It contains the daemon's `state` and the files of a bench. */
  readonly folder: string;
  readonly client: Client;
  readonly token: string;
  /** The process id of the daemon. */
  readonly pid: number;
  /** The variables with which other processes find the daemon. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the bench. It kills the daemon, and aborts the calls of the client. */
  readonly signal: AbortSignal;
}

/** The host of a bench's daemon. */
export interface BenchHost {
  readonly driver: string;
  /** The lowest level to log. Default: `warn`. */
  readonly logLevel?: string;
  /** The address range of the instances. Default: about two thousand. */
  readonly range?: string;
  /** Returns more options of the daemon. @param folder that of the bench. */
  readonly words?: (folder: string) => readonly string[];
  /**
   * Prepares the host for the driver, does the work, and restores the host.
   *
   * @param folder a folder for temporary files.
   * @param work receives the environment in which programs find the engine.
   */
  during<T>(folder: string, work: (environment: Readonly<Record<string, string>>) => Promise<T>): Promise<T>;
  /** Prepares a daemon that has just started for the measurement. */
  equip(daemon: BenchDaemon): Promise<void>;
}

/**
 * Runs the work with a daemon on the host, and removes everything afterwards.
 *
 * @param signal ends the work early.
 */
export async function withBenchDaemon<T>(
  host: BenchHost,
  work: (daemon: BenchDaemon) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return await withBenchState(host, (withDaemon) => withDaemon(work), signal);
}

/** Runs some work with a daemon, which then stops and keeps its state. */
export type WithDaemon = <T>(work: (daemon: BenchDaemon) => Promise<T>) => Promise<T>;

/** Does the work with a state folder, in which one daemon after the other can run, and removes everything afterwards. */
export async function withBenchState<T>(
  host: BenchHost,
  work: (withDaemon: WithDaemon) => Promise<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  const folder = await mkdtemp(join(parentFolder, "minicloud-bench-"));
  try {
    await chmod(folder, 0o755);
    return await host.during(folder, (environment) => {
      const surroundings = {
        folder,
        signal,
        environment: { ...environment, MCC_RUNTIME_DIR: join(folder, "run") },
      };
      return purgedAfter(host, surroundings, () =>
        work((ofDaemon) => withRunningDaemon(host, surroundings, ofDaemon)),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Surroundings = Pick<BenchDaemon, "folder" | "environment" | "signal">;

async function purgedAfter<T>(
  host: BenchHost,
  surroundings: Surroundings,
  work: () => Promise<T>,
): Promise<T> {
  const result = await work().catch(async (error: unknown) => {
    // The first error is more useful than that of the purge.
    await purge(host, surroundings).catch((second: unknown) => console.error(`bench: ${messageOf(second)}`));
    throw error;
  });
  await purge(host, surroundings);
  return result;
}

async function withRunningDaemon<T>(
  host: BenchHost,
  { folder, environment, signal }: Surroundings,
  work: (daemon: BenchDaemon) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const options = ["-f", "-p", "0", "--log-level", host.logLevel ?? "warn", ...daemonOptions(host, folder)];
  const daemon = spawn(process.execPath, [mccserver, ...options], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", toStandardError, "inherit", "ipc"],
  });
  const kill = (): void => void daemon.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  try {
    const url = await urlOf(daemon);
    const token = (await readFile(join(folder, "state", "token"), "utf8")).trim();
    const client = connect({ server: url, token, signal });
    const ready: BenchDaemon = {
      ...{ folder, client, token, signal },
      pid: daemon.pid ?? 0,
      environment: { ...environment, MCC_SERVER: client.server },
    };
    try {
      await host.equip(ready);
      return await work(ready);
    } finally {
      client.close();
    }
  } finally {
    await end(daemon);
    signal.removeEventListener("abort", kill);
  }
}

async function purge(host: BenchHost, { folder, environment }: Surroundings): Promise<void> {
  await execa(process.execPath, [mccserver, "--purge", ...daemonOptions(host, folder)], {
    env: environment,
    stdio: ["ignore", toStandardError, "inherit"],
  });
}

function daemonOptions({ driver, range = usualRange, words }: BenchHost, folder: string): string[] {
  return ["--driver", driver, "--state-dir", join(folder, "state"), "-r", range, ...(words?.(folder) ?? [])];
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const exit = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await exit;
  }
}

async function urlOf(daemon: ChildProcess): Promise<string> {
  const message: unknown = (await Promise.race([once(daemon, "message"), once(daemon, "disconnect")]))[0];
  const died = { error: "The daemon ended without a report; see its log above." };
  const report = validate(startReportSchema, message ?? died, "the daemon's report");
  if ("error" in report) {
    throw new MccError("unavailable", report.error);
  }
  return report.url;
}
