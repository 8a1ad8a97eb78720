import pino, { type Logger } from "pino";
import pretty from "pino-pretty";

/** Where the log goes: standard error, which a daemon has turned into its log file. */
const logDescriptor = 2;

/** Readable lines in a terminal, JSON elsewhere; written at once, so that a kill loses none. */
export function openLog(level: string): Logger {
  if (process.stderr.isTTY) {
    return pino(
      { level },
      pretty({
        destination: logDescriptor,
        sync: true,
        colorize: !process.env.NO_COLOR,
        translateTime: "SYS:HH:MM:ss.l",
        ignore: "pid,hostname",
        singleLine: true,
      }),
    );
  }
  return pino({ level }, pino.destination({ fd: logDescriptor, sync: true }));
}
