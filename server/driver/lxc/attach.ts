import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../protocol/error";
import { CommandTimeout } from "../command-timeout";
import type { ExecRequest, ExecResult } from "../driver";
import { hasErrno } from "../errno";
import { isPopulated, killAll, removeTree } from "./cgroups";
import type { Engine } from "./engine";
import { engineWords } from "./engine-words";
import { OutputCollector } from "./output-collector";
import type { ContainerPlace, Place } from "./place";
import { killGroup } from "./process";
import { requireProgram } from "./program";
import { within } from "./within";

/**
 * Runs in the container before the command: goes into a cgroup made for the command, says so, and becomes the
 * command. The cgroup's file was opened outside, so nothing in the container has a say in it.
 */
const enterCgroup = 'echo 0 >&3 && echo entered >&4 && exec 3>&- 4>&- "$@"';
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  TERM: "dumb",
};
/** For what a command wrote before it ended: a process that it left behind may hold the pipes open. */
const drainMs = 100;
/** For killed processes to go, and for lxc-attach to notice it. */
const goingMs = 2000;
const lookEveryMs = 5;

/**
 * Runs a command as root in a running container, in a cgroup of its own, so that all its processes can be killed
 * when its time is over, those in the background too. Ends when the command does; what it left running runs on.
 *
 * Not by way of execa, which takes no open file as a fourth descriptor, and waits until the pipes are closed.
 *
 * @throws MccError `conflict` when the container does not run; CommandTimeout; `engine` with LXC's words when the command
 * could not be run.
 */
export async function attach(
  { place, cgroups }: Engine,
  container: ContainerPlace,
  request: ExecRequest,
): Promise<ExecResult> {
  const cgroup = join(cgroups.payload(container.name), `minicloud-${randomBytes(6).toString("hex")}`);
  await makeWithin(cgroup, container);
  try {
    const members = await open(join(cgroup, "cgroup.procs"), "w");
    try {
      const child = spawnAttach(place, container, request.command, members.fd);
      return await resultOf(child, cgroup, container, request);
    } finally {
      await members.close();
    }
  } finally {
    await removeTree(cgroup);
  }
}

/** The container's own cgroup is there as long as it runs. */
async function makeWithin(cgroup: string, { id }: ContainerPlace): Promise<void> {
  try {
    await mkdir(cgroup);
  } catch (error) {
    throw hasErrno(error, "ENOENT", "ENODEV")
      ? new MccError("conflict", `Container ${id} does not run; start it first.`, { cause: error })
      : error;
  }
}

function spawnAttach(
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

/** Listens before anything else can happen: a command may end at once. */
async function resultOf(
  child: ChildProcess,
  cgroup: string,
  container: ContainerPlace,
  { command, stdin, timeoutMs, maxOutputBytes }: ExecRequest,
): Promise<ExecResult> {
  const exit = new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  const closed = new Promise((resolve) => child.once("close", resolve));
  const stdout = new OutputCollector(streamOf(child, 1), maxOutputBytes);
  const stderr = new OutputCollector(streamOf(child, 2), maxOutputBytes);
  const entered = new OutputCollector(streamOf(child, 4), 1);
  // A command need not read what it is given.
  child.stdin?.on("error", () => undefined).end(stdin);

  if ((await within(timeoutMs, exit)) === undefined) {
    await end(child, cgroup, exit);
    throw new CommandTimeout(
      `The command "${command[0]}" in container ${container.id} did not end within ${timeoutMs / 1000} s and was killed.`,
      outputOf(stdout, stderr),
    );
  }
  await within(drainMs, closed);
  child.stdio.forEach((stream) => stream?.destroy());
  if (child.exitCode === null || entered.bytes().length === 0) {
    throw new MccError(
      "engine",
      `lxc-attach of container ${container.id} failed: ${engineWords(stderr.bytes().toString()) || `exit code ${child.exitCode ?? "none"}`}.`,
    );
  }
  return { exitCode: child.exitCode, ...outputOf(stdout, stderr) };
}

function outputOf(stdout: OutputCollector, stderr: OutputCollector): CommandTimeout["output"] {
  return {
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    truncated: stdout.truncated || stderr.truncated,
  };
}

/** Kills the command's processes, and lxc-attach itself when it does not end by that. */
async function end(child: ChildProcess, cgroup: string, exit: Promise<unknown>): Promise<void> {
  await killAll(cgroup);
  if ((await within(goingMs, exit)) === undefined && child.pid !== undefined) {
    killGroup(child.pid);
    await exit;
  }
  child.stdio.forEach((stream) => stream?.destroy());
  for (let waitedMs = 0; waitedMs < goingMs && (await isPopulated(cgroup)); waitedMs += lookEveryMs) {
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
