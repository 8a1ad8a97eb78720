import { type ErrorCode, MccError, messageOf } from "../../../../protocol/error";
import type { ContainerFile } from "../../../driver/driver";
import { lastWords } from "../../../support/output-tail";
import type { Deadline } from "../../../support/time-limits";
import { untilAborted } from "../../../support/time-limits";
import type { InstanceContext } from "../context";
import type { Instance } from "../instance";
import { keptLogBytes, type UserDataLog } from "./logs";
import { runnableScript } from "./runnable-script";

/** The rung that an instance waits for while its script runs. */
export const userDataRung = "userData";

const scriptPath = "/var/lib/minicloud/user-data";
const logPath = "/var/lib/minicloud/user-data.log";
const readLogTimeoutMs = 10_000;

/** Prints the end of the log `$1`, `$2` bytes at most, and on standard error the size of the whole log. */
const showLog = `if [ -e "$1" ]; then wc -c <"$1" >&2; tail -c "$2" "$1"; else echo 0 >&2; fi`;

/**
 * Runs the arguments from `$3` on as a login of root would, and prints the log. The output goes to a file, because a program
 * that the script starts in the background may continue to write there.
 */
const runScript = `log=$1 most=$2
shift 2
(umask 077 && : >"$log")
(export HOME=/root && cd && exec "$@") >"$log" 2>&1 </dev/null
code=$?
set -- "$log" "$most"
${showLog}
exit $code`;

/** Returns the file with the script, at the path from which it runs. */
export function userDataFile(text: string): ContainerFile {
  return { path: scriptPath, content: Buffer.from(runnableScript(text)), mode: 0o700, folderMode: 0o700 };
}

/**
 * Runs the script in a running instance, and keeps its log.
 *
 * @throws MccError `invalid` when it fails, `timeout` when it does not end in time and is killed, `engine` when the
 * instance goes down during it, each with the end of its output; the reason for which the creation was ended.
 */
export async function runUserData(
  context: InstanceContext,
  instance: Instance,
  text: string,
  deadline: Deadline,
): Promise<void> {
  // Not every shell runs a script without a first line that names its interpreter.
  const command = runnableScript(text).startsWith("#!") ? [scriptPath] : ["/bin/sh", scriptPath];
  let log: Required<UserDataLog>;
  try {
    log = await run(context, instance, [runScript, ...command], deadline.leftMs);
  } catch (error) {
    throw await cutOff(context, instance, error, deadline);
  }
  await context.state.logs.write(instance.record, log);
  if (log.exitCode !== 0) {
    throw failure("invalid", `userData ended with exit code ${log.exitCode}`, instance, log);
  }
}

/** Reads the log of a script that has not ended, from the running instance. */
export async function readUserDataLog(context: InstanceContext, instance: Instance): Promise<UserDataLog> {
  const { output, truncated } = await run(context, instance, [showLog], readLogTimeoutMs);
  return { output, truncated };
}

async function cutOff(
  context: InstanceContext,
  instance: Instance,
  error: unknown,
  { timeoutMs }: Deadline,
): Promise<unknown> {
  if (!MccError.isInstance(error) || instance.abort.signal.aborted) {
    return error;
  }
  const log = await readUserDataLog(context, instance).catch(unreadable);
  await context.state.logs.write(instance.record, log);
  const what =
    error.code === "timeout"
      ? `did not end within ${timeoutMs / 1000} s and was killed`
      : `was cut off: ${error.message.replace(/\.$/, "")}`;
  return failure(error.code, `userData ${what}`, instance, log);
}

function unreadable(error: unknown): UserDataLog {
  const words = `The log could not be read: ${messageOf(error)}\n`;
  return { output: Buffer.from(words).toString("base64"), truncated: false };
}

async function run(
  { driver }: InstanceContext,
  instance: Instance,
  [script, ...words]: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<Required<UserDataLog>> {
  const command = ["/bin/sh", "-c", script, "sh", logPath, String(keptLogBytes), ...words];
  const request = { command, stdin: Buffer.alloc(0), timeoutMs, maxOutputBytes: keptLogBytes };
  const { exitCode, stdout, stderr } = await untilAborted(instance.abort.signal, () =>
    driver.exec(instance.id, request),
  );
  const bytes = Number.parseInt(Buffer.from(stderr).toString(), 10);
  if (Number.isNaN(bytes)) {
    throw new MccError(
      "engine",
      `its shell ended with exit code ${exitCode} before it had shown the log, as when the instance goes down.`,
    );
  }
  return { exitCode, output: Buffer.from(stdout).toString("base64"), truncated: bytes > keptLogBytes };
}

function failure(code: ErrorCode, what: string, { id, record }: Instance, { output }: UserDataLog): MccError {
  if (record.hideOutput === true) {
    return new MccError(
      code,
      `${what}; what it printed is left out, as userData may hold secrets: "mcc logs ${id}" shows it.`,
      { confidential: true },
    );
  }
  const words = lastWords(Buffer.from(output, "base64").toString());
  const said = words === "" ? "it said nothing" : `the last it said: "${words}"`;
  return new MccError(code, `${what}; ${said}.`, { confidential: true });
}
