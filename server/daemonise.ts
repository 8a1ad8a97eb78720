import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readdir, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { validate } from "../protocol/validate";
import { type StartReport, startReportSchema } from "./start-report";

export interface BackgroundStart {
  readonly pid: number | undefined;
  readonly logFile: string;
  readonly report: StartReport;
}

/**
 * Runs this program again in the background, in a session of its own, and waits until it serves or has failed.
 *
 * @param words the command line's, for the daemon.
 */
export async function startInBackground(
  stateFolder: string,
  words: readonly string[],
): Promise<BackgroundStart> {
  await mkdir(stateFolder, { recursive: true, mode: 0o755 });
  const logFile = join(stateFolder, "mccserver.log");
  const log = await open(logFile, "a", 0o600);
  const child = spawn(process.execPath, [join(__dirname, "main.js"), ...words, "--foreground"], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
  await log.close();
  const report = await Promise.race([reportOf(child), endOf(child, logFile)]);
  child.unref();
  if ("error" in report) {
    await removeUnused(stateFolder, logFile);
  }
  return { pid: child.pid, logFile, report };
}

async function reportOf(child: ChildProcess): Promise<StartReport> {
  const message: unknown = (await once(child, "message"))[0];
  return validate(startReportSchema, message, "the daemon's report");
}

/** For a daemon that ends without a report. Its channel closes after all that it said was read. */
async function endOf(child: ChildProcess, logFile: string): Promise<StartReport> {
  const exit = once(child, "exit");
  await once(child, "disconnect");
  await exit;
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  return { error: `The daemon ended (${how}) before it could serve; ${logFile} says more.` };
}

/** A daemon that kept nothing of its own leaves nothing; otherwise its log stays beside what it kept. */
async function removeUnused(stateFolder: string, logFile: string): Promise<void> {
  const entries = await readdir(stateFolder);
  if (entries.every((entry) => entry === basename(logFile))) {
    await rm(logFile, { force: true });
    await rmdir(stateFolder);
  }
}
