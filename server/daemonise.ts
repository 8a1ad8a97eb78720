import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrno, unlessErrno } from "../protocol/errno";
import { messageOf } from "../protocol/error";
import { validate } from "../protocol/validate";
import { makeStateFolder } from "./cloud/state/folder";
import type { Config } from "./config";
import { openLogFile, passingFailures } from "./log/open-file";
import { type StartReport, startReportSchema } from "./start-report";
import { explained } from "./support/because";

export interface BackgroundStart {
  readonly pid: number | undefined;
  readonly logFile: string;
  readonly report: StartReport;
  /** Why the log file could not be opened; the daemon tries again. */
  readonly logFailure: string | undefined;
}

/**
 * Runs this program again in the background, in a session of its own, and waits until it serves or has failed.
 *
 * @param logFile to which what it says is added. The folders that it lies in are made.
 * @param words the command line's, for the daemon.
 * @throws MccError `conflict` for a folder that is not a daemon's, or that others could plant files in; nothing was
 * changed then.
 */
export async function startInBackground(
  { stateFolder, logFile }: Pick<Config, "stateFolder" | "logFile">,
  words: readonly string[],
): Promise<BackgroundStart> {
  const firstMade = await makeStateFolder(stateFolder);
  const { descriptor, logFailure } = await openOutput(logFile);
  const output = descriptor ?? "ignore";
  const program = join(__dirname, "main.js");
  const child = spawn(process.execPath, [program, ...words, "--foreground", "--log-file", logFile], {
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  if (descriptor !== undefined) {
    closeSync(descriptor);
  }
  const report = await Promise.race([reportOf(child), endOf(child, logFile)]);
  child.unref();
  return {
    pid: child.pid,
    logFile,
    logFailure,
    report: "error" in report ? await withoutTraces(report, stateFolder, logFile, firstMade) : report,
  };
}

/** Opens the log file for what Node itself says of a crash. A full disk must not keep a daemon from starting. */
async function openOutput(
  logFile: string,
): Promise<{ readonly descriptor?: number | undefined; readonly logFailure?: string | undefined }> {
  try {
    return { descriptor: await openLogFile(logFile) };
  } catch (error) {
    if (hasErrno(error, ...passingFailures)) {
      return { logFailure: messageOf(explained(error)) };
    }
    throw explained(error);
  }
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

/** The same report, and of a failed clearing up only after why the daemon did not start. */
async function withoutTraces(
  report: { readonly error: string },
  ...traces: Parameters<typeof removeUnused>
): Promise<StartReport> {
  try {
    await removeUnused(...traces);
    return report;
  } catch (error) {
    return { error: `${report.error}\nIts log could not be removed: ${messageOf(error)}.` };
  }
}

/**
 * A daemon that kept nothing of its own leaves nothing; otherwise its log stays beside what it kept.
 *
 * @param firstMade the topmost of the folders that were made for it. Those that were there before stay.
 */
async function removeUnused(
  stateFolder: string,
  logFile: string,
  firstMade: string | undefined,
): Promise<void> {
  const entries = await readdir(stateFolder);
  if (entries.some((entry) => join(stateFolder, entry) !== logFile)) {
    return;
  }
  if (dirname(logFile) === stateFolder) {
    await rm(logFile, { force: true });
  }
  let folder = stateFolder;
  while (firstMade !== undefined && folder.length >= firstMade.length) {
    // Somebody else may have put something there, or mounted something on it.
    await unlessErrno(rmdir(folder), "ENOTEMPTY", "EBUSY");
    folder = dirname(folder);
  }
}
