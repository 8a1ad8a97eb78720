import { createHash } from "node:crypto";
import { MccError, messageOf } from "../../protocol/error";
import type { ContainerFile } from "../driver/driver";
import type { Deadline } from "./deadline";
import type { InstanceContext } from "./instance-context";
import { lastWords } from "./last-words";
import type { ManagedInstance } from "./managed-instance";
import { untilAborted } from "./until-aborted";
import { keptLogBytes, type UserDataLog } from "./user-data-logs";

/** What an instance waits for while its script runs. */
export const userDataRung = "userData";

const scriptPath = "/var/lib/minicloud/user-data";
const logPath = "/var/lib/minicloud/user-data.log";
const readLogTimeoutMs = 10_000;

/** Shows the last of the log `$1`, `$2` bytes at most, and on standard error how many there are in all. */
const showLog = `if [ -e "$1" ]; then wc -c <"$1" >&2; tail -c "$2" "$1"; fi`;

/**
 * Runs the words from `$3` on as a login of root's would, and shows the log. The output goes to a file, as a program
 * that the script leaves behind may go on to write there.
 */
const runScript = `log=$1 most=$2
shift 2
(umask 077 && : >"$log")
(export HOME=/root && cd && exec "$@") >"$log" 2>&1 </dev/null
code=$?
set -- "$log" "$most"
${showLog}
exit $code`;

export function userDataDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The script where it runs from. */
export function userDataFile(text: string): ContainerFile {
  return { path: scriptPath, content: Buffer.from(text), mode: 0o700, folderMode: 0o700 };
}

/**
 * Runs the script that lies in a running instance, and keeps its log.
 *
 * @throws MccError `invalid` when it fails, `timeout` when it does not end in time and is killed, each with the last
 * of its output; what ends the instance's making.
 */
export async function runUserData(
  context: InstanceContext,
  instance: ManagedInstance,
  text: string,
  deadline: Deadline,
): Promise<void> {
  const { logs } = context;
  // A shell runs what has no interpreter named, too, but not every shell.
  const command = text.startsWith("#!") ? [scriptPath] : ["/bin/sh", scriptPath];
  const words = ["/bin/sh", "-c", runScript, "sh", logPath, String(keptLogBytes), ...command];
  try {
    const log = await run(context, instance, words, deadline.leftMs);
    await logs.write(instance.record, log);
    if (log.exitCode !== 0) {
      throw failure("invalid", `userData ended with exit code ${log.exitCode}`, log);
    }
  } catch (error) {
    if (!MccError.hasCode(error, "timeout")) {
      throw error;
    }
    const log = await readUserDataLog(context, instance).catch(unreadable);
    await logs.write(instance.record, log);
    throw failure(
      "timeout",
      `userData did not end within ${deadline.timeoutMs / 1000} s and was killed`,
      log,
    );
  }
}

/** The log as it stands in the running instance, of a script that has not ended. */
export async function readUserDataLog(
  context: InstanceContext,
  instance: ManagedInstance,
): Promise<UserDataLog> {
  const words = ["/bin/sh", "-c", showLog, "sh", logPath, String(keptLogBytes)];
  const { output, truncated } = await run(context, instance, words, readLogTimeoutMs);
  return { output, truncated };
}

function unreadable(error: unknown): UserDataLog {
  const words = `The log could not be read: ${messageOf(error)}\n`;
  return { output: Buffer.from(words).toString("base64"), truncated: false };
}

async function run(
  { driver, limits }: InstanceContext,
  instance: ManagedInstance,
  command: readonly string[],
  timeoutMs: number,
): Promise<Required<UserDataLog>> {
  const request = { command, stdin: Buffer.alloc(0), timeoutMs, maxOutputBytes: keptLogBytes };
  const { exitCode, stdout, stderr } = await untilAborted(instance.abort.signal, () =>
    limits.guest(() => driver.exec(instance.id, request)),
  );
  const bytes = Number.parseInt(Buffer.from(stderr).toString(), 10);
  return { exitCode, output: Buffer.from(stdout).toString("base64"), truncated: bytes > keptLogBytes };
}

function failure(code: "invalid" | "timeout", what: string, { output }: UserDataLog): MccError {
  const words = lastWords(Buffer.from(output, "base64").toString());
  const said = words === "" ? "it said nothing" : `the last it said: "${words}"`;
  return new MccError(code, `${what}; ${said}.`, { confidential: true });
}
