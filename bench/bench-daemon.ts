import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type Client, connect } from "../client";
import { buildMicroImage } from "../images/micro/build";
import { MccError } from "../protocol/error";
import { validate } from "../protocol/validate";
import { startReportSchema } from "../server/start-report";

const mccserver = join(__dirname, "..", "server", "main.js");

/** On a disk, as a user's state folder is: /tmp may be in memory, where a sync costs nothing. */
const parentFolder = "/var/tmp";

export interface BenchDaemon {
  /** Passable for containers; holds the daemon's `state` and whatever else a bench makes. */
  readonly folder: string;
  readonly client: Client;
  /** For processes that are to find the daemon. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs the work with a daemon over LXC that has the image `micro`, and removes everything afterwards. */
export async function withBenchDaemon<T>(work: (daemon: BenchDaemon) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parentFolder, "minicloud-bench-"));
  const environment = { MCC_RUNTIME_DIR: join(folder, "run") };
  const words = ["--driver", "lxc", "--state-dir", join(folder, "state"), "-r", "198.18.0.2-198.18.7.250"];
  const options = { env: environment, stdio: "inherit" as const };
  try {
    await chmod(folder, 0o755);
    const daemon = spawn(process.execPath, [mccserver, "-f", "-p", "0", "--log-level", "warn", ...words], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const client = await clientOf(daemon, folder);
    try {
      const tarball = join(folder, "micro.tar");
      await buildMicroImage(tarball);
      await client.call("image.import", { name: "micro", path: tarball });
      return await work({
        folder,
        client,
        environment: { ...environment, MCC_SERVER: client.server },
      });
    } finally {
      client.close();
      await end(daemon);
    }
  } finally {
    await execa(process.execPath, [mccserver, "--purge", ...words], options);
    await rm(folder, { recursive: true, force: true });
  }
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const exit = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await exit;
  }
}

async function clientOf(daemon: ChildProcess, folder: string): Promise<Client> {
  const message: unknown = (await Promise.race([once(daemon, "message"), once(daemon, "disconnect")]))[0];
  const died = { error: "The daemon ended without a word of why; its log is above." };
  const report = validate(startReportSchema, message ?? died, "the daemon's report");
  if ("error" in report) {
    throw new MccError("unavailable", report.error);
  }
  const token = (await readFile(join(folder, "state", "token"), "utf8")).trim();
  return connect({ server: report.url, token });
}
