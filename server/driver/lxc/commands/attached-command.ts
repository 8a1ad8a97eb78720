import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { engineCommand } from "../../../support/engine-command";
import { within } from "../../../support/time-limits";
import { CommandTimeout } from "../../command-timeout";
import type { ExecRequest, ExecResult } from "../../driver";
import { isPopulated, killAll } from "../cgroups/cgroups";
import type { ContainerPlace } from "../place";
import { type Attached, reportsOf, streamOf } from "./attach";
import { NotBegun } from "./command-cgroup";
import { engineWords } from "./engine-words";
import { OutputCollector } from "./output-collector";
import { OutputFlow } from "./output-flow";
import { killGroup } from "./processes";

/** The time for output that the command wrote before it ended: a process in the background may keep the pipes open. */
const drainMs = 100;
const lookEveryMs = 5;

/**
 * Waits for an attached command and returns its result. Call it immediately, because the command may end immediately.
 *
 * @param goingMs how long its processes may take to end after they were killed.
 * @throws CommandTimeout; NotBegun with LXC's message; the reason of the request's signal.
 */
export async function resultOf(
  attached: Attached,
  cgroup: string,
  container: ContainerPlace,
  request: ExecRequest,
  goingMs: number,
): Promise<ExecResult> {
  return await engineCommand("lxc-attach", container.id, () =>
    resultOfAttached(attached, cgroup, container, request, goingMs),
  );
}

async function resultOfAttached(
  attached: Attached,
  cgroup: string,
  container: ContainerPlace,
  { command, stdin, output, timeoutMs, maxOutputBytes, signal }: ExecRequest,
  goingMs: number,
): Promise<ExecResult> {
  const { child, exit, closed } = attached;
  const begun = new OutputCollector(reportsOf(attached), 1);
  const flow = output === undefined ? undefined : new OutputFlow([streamOf(child, 1), streamOf(child, 2)]);
  const stdout = flow === undefined ? new OutputCollector(streamOf(child, 1), maxOutputBytes) : nothing;
  const stderr = flow === undefined ? new OutputCollector(streamOf(child, 2), maxOutputBytes) : nothing;
  if (flow !== undefined && output !== undefined) {
    // Before that, the output is LXC's.
    begun.stream.once("data", () => flow.begin([output.stdout, output.stderr]));
  }
  if (stdin instanceof Readable) {
    // A command that did not start must leave its input for the next try.
    begun.stream.once("data", () => child.stdin && stdin.pipe(child.stdin));
  } else {
    child.stdin?.end(stdin);
  }

  if ((await within(timeoutMs, exit, signal)) === undefined) {
    await endAttached(attached, cgroup, goingMs);
    signal?.throwIfAborted();
    throw new CommandTimeout(
      `The command "${command[0]}" in container ${container.id} did not end within ${timeoutMs / 1000} s and was killed.`,
      outputOf(stdout, stderr),
    );
  }
  await (flow === undefined ? within(drainMs, closed) : flow.ended(closed, signal));
  const complaint = begun.bytes().length === 0 ? (flow?.rest() ?? stderr.bytes()) : Buffer.alloc(0);
  child.stdio.forEach((stream) => stream?.destroy());
  if (child.exitCode === null || begun.bytes().length === 0) {
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
export async function endAttached({ child, exit }: Attached, cgroup: string, goingMs: number): Promise<void> {
  killAll(cgroup);
  for (let waitedMs = 0; (await within(lookEveryMs, exit)) === undefined; waitedMs += lookEveryMs) {
    if (waitedMs >= goingMs && child.pid !== undefined) {
      killGroup(child.pid);
      await exit;
      break;
    }
    killAll(cgroup);
  }
  child.stdio.forEach((stream) => stream?.destroy());
  for (let waitedMs = 0; waitedMs < goingMs && isPopulated(cgroup); waitedMs += lookEveryMs) {
    killAll(cgroup);
    await pause(lookEveryMs);
  }
}
