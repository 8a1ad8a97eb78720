import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import type { Server } from "node:net";
import { dirname, join } from "node:path";
import { hasErrno, unlessErrno } from "../protocol/errno";
import { messageOf } from "../protocol/error";
import { validate } from "../protocol/validate";
import { makeStateFolder } from "./cloud/state/folder";
import type { Config } from "./config";
import { openLogFile, passingFailures } from "./log/open-file";
import { type StartReport, startReportSchema } from "./start-report";
import { explained } from "./support/because";
import { descriptorWords, type Entrance } from "./user-setup/entrance";
import { descriptorOf } from "./user-setup/listening-socket";
import { insideCommand } from "./user-setup/run-inside";

export interface BackgroundStart {
  readonly pid: number | undefined;
  readonly logFile: string;
  readonly report: StartReport;
  /** Why the log file could not be opened. The daemon tries again. */
  readonly logFailure: string | undefined;
}

/** How a daemon starts in the namespaces of an ordinary user. */
export interface InsideStart {
  readonly entrance: Entrance;
  /** Opens the listening socket in this process's network. */
  readonly openSocket: () => Promise<Server>;
}

/**
 * Runs this program again in the background, in its own session, and waits until it serves or has failed.
 *
 * @param logFile the file for the daemon's output. Missing folders are created.
 * @param words the arguments for the daemon.
 * @param inside for a daemon in the namespaces of an ordinary user.
 * @throws MccError `conflict` for a folder that does not belong to a daemon, or in which others could create files.
 * Then nothing was changed.
 */
export async function startInBackground(
  { stateFolder, logFile }: Pick<Config, "stateFolder" | "logFile">,
  words: readonly string[],
  inside?: InsideStart,
): Promise<BackgroundStart> {
  const firstMade = await makeStateFolder(stateFolder);
  const { descriptor, logFailure } = await openOutput(logFile);
  const output = descriptor ?? "ignore";
  const given = [...words, "--foreground", "--log-file", logFile];
  const main = join(__dirname, "main.js");
  const command =
    inside === undefined
      ? { program: process.execPath, words: [main, ...given] }
      : insideCommand(inside.entrance, main, given, descriptorWords({ channel: true }));
  const socket = await inside?.openSocket();
  const child = spawn(command.program, command.words, {
    detached: true,
    stdio: ["ignore", output, output, "ipc", ...(socket === undefined ? [] : [descriptorOf(socket)])],
  });
  socket?.close();
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

/** Opens the log file for Node's own output in a crash. A full disk must not prevent the daemon from starting. */
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

/** Reports the end of a daemon without a report. Its channel closes after all its messages were read. */
async function endOf(child: ChildProcess, logFile: string): Promise<StartReport> {
  const exit = once(child, "exit");
  await once(child, "disconnect");
  await exit;
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  return { error: `The daemon ended (${how}) before it could serve; see ${logFile}.` };
}

/** Removes unused files and returns the report. A failure to remove them is added after the report's error. */
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
 * Removes the log of a daemon that kept no other files. Otherwise the log stays.
 *
 * @param firstMade the topmost folder that was created for it. Folders that existed before stay.
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
    // Another program may have created or mounted something there.
    await unlessErrno(rmdir(folder), "ENOTEMPTY", "EBUSY");
    folder = dirname(folder);
  }
}
