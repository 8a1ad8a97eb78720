import { type ChildProcess, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../../protocol/error";
import { within } from "../../../support/time-limits";
import { CommandTimeout } from "../../command-timeout";
import type { ExecRequest, ExecResult } from "../../driver";
import { isPopulated, killAll } from "../cgroups/cgroups";
import type { ContainerPlace, Place } from "../place";
import { engineWords } from "./engine-words";
import { OutputCollector } from "./output-collector";
import { OutputFlow } from "./output-flow";
import { killGroup } from "./processes";
import { requireProgram } from "./programs";

/**
 * Runs in the container before the command: enters the command's own cgroup, reports it, and is replaced by the
 * command. The cgroup's file was opened outside of the container, so processes in the container cannot change the path.
 */
const enterCgroup = 'echo 0 >&3 && echo entered >&4 && exec 3>&- 4>&- "$@"';
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  TERM: "dumb",
};
/** The time for output that the command wrote before it ended: a process in the background may keep the pipes open. */
const drainMs = 100;
const lookEveryMs = 5;

/** Starts lxc-attach. @param members the descriptor of the file through which processes enter the cgroup. */
export function spawnAttach(
  place: Place,
  container: ContainerPlace,
  command: readonly string[],
  members: number,
): ChildProcess {
  const words = [
    ...["-P", place.containers, "-n", container.name, "--clear-env"],
    ...Object.entries(environment).flatMap(([name, value]) => ["--set-var", `${name}=${value}`]),
    ...["--", "/bin/sh", "-c", enterCgroup, "sh", ...command],
  ];
  return spawn(requireProgram("lxc-attach"), words, {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "pipe", members, "pipe"],
  });
}

/** LXC could not start a command. */
export class NotBegun extends MccError {}

/**
 * Waits for an attached command and returns its result. Call it immediately, because the command may end immediately.
 *
 * @param goingMs how long its processes may take to end after they were killed.
 * @throws CommandTimeout; NotBegun with LXC's message; the reason of the request's signal.
 */
export async function resultOf(
  child: ChildProcess,
  cgroup: string,
  container: ContainerPlace,
  { command, stdin, output, timeoutMs, maxOutputBytes, signal }: ExecRequest,
  goingMs: number,
): Promise<ExecResult> {
  const exit = new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  const closed = new Promise((resolve) => child.once("close", resolve));
  const entered = new OutputCollector(streamOf(child, 4), 1);
  const flow = output === undefined ? undefined : new OutputFlow([streamOf(child, 1), streamOf(child, 2)]);
  const stdout = flow === undefined ? new OutputCollector(streamOf(child, 1), maxOutputBytes) : nothing;
  const stderr = flow === undefined ? new OutputCollector(streamOf(child, 2), maxOutputBytes) : nothing;
  if (flow !== undefined && output !== undefined) {
    // Before that, the output is LXC's.
    entered.stream.once("data", () => flow.begin([output.stdout, output.stderr]));
  }
  // A command may end without reading its input.
  child.stdin?.on("error", () => undefined);
  if (stdin instanceof Readable) {
    // A command that did not start must leave its input for the next try.
    entered.stream.once("data", () => child.stdin && stdin.pipe(child.stdin));
  } else {
    child.stdin?.end(stdin);
  }

  if ((await within(timeoutMs, exit, signal)) === undefined) {
    await end(child, cgroup, exit, goingMs);
    signal?.throwIfAborted();
    throw new CommandTimeout(
      `The command "${command[0]}" in container ${container.id} did not end within ${timeoutMs / 1000} s and was killed.`,
      outputOf(stdout, stderr),
    );
  }
  await (flow === undefined ? within(drainMs, closed) : flow.ended(closed, signal));
  const complaint = entered.bytes().length === 0 ? (flow?.rest() ?? stderr.bytes()) : Buffer.alloc(0);
  child.stdio.forEach((stream) => stream?.destroy());
  if (child.exitCode === null || entered.bytes().length === 0) {
    throw new NotBegun(
      "engine",
      `lxc-attach of container ${container.id} failed: ${engineWords(complaint.toString()) || `exit code ${child.exitCode ?? "none"}`}.`,
    );
  }
  return { exitCode: child.exitCode, ...outputOf(stdout, stderr) };
}

/** What is left to return of output that has gone to streams. */
const nothing: Pick<OutputCollector, "bytes" | "truncated"> = {
  bytes: () => Buffer.alloc(0),
  truncated: false,
};

function outputOf(stdout: typeof nothing, stderr: typeof nothing): CommandTimeout["output"] {
  return {
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    truncated: stdout.truncated || stderr.truncated,
  };
}

/**
 * Kills the command's processes, and also lxc-attach if it does not end then. Kills repeatedly, because lxc-attach may
 * enter the cgroup after the first kill, which finds the cgroup empty.
 */
async function end(
  child: ChildProcess,
  cgroup: string,
  exit: Promise<unknown>,
  goingMs: number,
): Promise<void> {
  await killAll(cgroup);
  for (let waitedMs = 0; (await within(lookEveryMs, exit)) === undefined; waitedMs += lookEveryMs) {
    if (waitedMs >= goingMs && child.pid !== undefined) {
      killGroup(child.pid);
      await exit;
      break;
    }
    await killAll(cgroup);
  }
  child.stdio.forEach((stream) => stream?.destroy());
  for (let waitedMs = 0; waitedMs < goingMs && isPopulated(cgroup); waitedMs += lookEveryMs) {
    await killAll(cgroup);
    await pause(lookEveryMs);
  }
}

function streamOf(child: ChildProcess, descriptor: number): Readable {
  const stream = child.stdio[descriptor];
  if (!(stream instanceof Readable)) {
    throw new MccError("internal", `lxc-attach was started without a pipe as descriptor ${descriptor}.`);
  }
  return stream;
}
