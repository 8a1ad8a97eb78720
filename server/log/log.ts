import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import pino, { type Logger } from "pino";
import { prettyFactory } from "pino-pretty";
import { LogFile, type LogFileOptions } from "./file";
import { journalLine } from "./journal-format";
import { LogSink, type LogTarget } from "./sink";
import { unblockedDescriptor } from "./unblocked-descriptor";

/** Converts a line of pino's JSON into the output. */
type Format = (line: string) => string;

export interface ServerLog {
  readonly log: Logger;
  /** Opens the log file again, if there is one. A failure is logged, and the previous file stays in use. */
  readonly reopen: () => Promise<void>;
}

const standardError = 2;

/**
 * Opens a log to standard error: readable lines on a terminal, lines with priorities for systemd's journal, otherwise
 * JSON. Writing never waits and never fails; see LogSink.
 */
export function openLog(level: string): Logger {
  const descriptor = unblockedDescriptor(standardError);
  return logTo({ write: (bytes) => writeSync(descriptor, bytes) }, level, formatOf(standardError));
}

/**
 * Opens the log of a daemon: its log file, in JSON, or standard error without one.
 *
 * @throws like `openLogFile`, except for a full disk.
 */
export async function openServerLog(level: string, options: LogFileOptions | undefined): Promise<ServerLog> {
  if (options === undefined) {
    return { log: openLog(level), reopen: () => Promise.resolve() };
  }
  const file = await LogFile.open(options, (trouble) => log.error(trouble));
  const log = logTo(file, level, asJson);
  return { log, reopen: () => file.reopen() };
}

function logTo(target: LogTarget, level: string, format: Format): Logger {
  const sink = new LogSink(target, { noteOf: noteIn(format) });
  process.on("exit", () => sink.end());
  return pino({ level }, { write: (line) => sink.write(format(line)) });
}

/** Returns the note of dropped lines, in the format of the other lines and at every level. */
function noteIn(format: Format): (dropped: number, reason: string) => string {
  let note = "";
  const log = pino({ level: "warn" }, { write: (line) => (note = format(line)) });
  return (dropped, reason) => {
    log.warn({ dropped, reason }, dropped === 1 ? "1 line was dropped" : `${dropped} lines were dropped`);
    return note;
  };
}

function formatOf(descriptor: number): Format {
  if (isJournal(descriptor)) {
    return journalLine;
  }
  return isatty(descriptor) ? prettyLine() : asJson;
}

function asJson(line: string): string {
  return line;
}

function prettyLine(): Format {
  return prettyFactory({
    colorize: !process.env.NO_COLOR,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,hostname",
    singleLine: true,
  });
}

/** systemd sets the device and inode of the journal's stream, because the descriptor can be redirected later. */
function isJournal(descriptor: number): boolean {
  const { dev, ino } = fstatSync(descriptor);
  return process.env.JOURNAL_STREAM === `${dev}:${ino}`;
}
