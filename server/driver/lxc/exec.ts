import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import type { ExecRequest, ExecResult } from "../driver";
import { removeCgroups } from "./cgroups/cgroup-tree";
import { NotBegun, resultOf, spawnAttach } from "./commands/attached-command";
import type { Engine } from "./engine";
import type { ContainerPlace } from "./place";

/** systemd removes empty cgroups that are not its own while it boots in the container. */
const mostTries = 5;

/**
 * Runs a command as root in a running container, in a cgroup of its own, so that all its processes can be killed after
 * its time limit, also those in the background. Returns when the command ends; processes that it left continue.
 *
 * It does not use execa, which accepts no open file as a fourth descriptor, and waits until the pipes are closed.
 *
 * @throws MccError `conflict` if the container does not run; CommandTimeout; the reason of the request's signal;
 * `engine` with LXC's message if the command could not be run.
 */
export async function attach(
  engine: Engine,
  container: ContainerPlace,
  request: ExecRequest,
): Promise<ExecResult> {
  for (let tries = 1; ; tries += 1) {
    const result = await attachOnce(engine, container, request, tries === mostTries);
    if (result !== undefined) {
      return result;
    }
  }
}

/** @returns undefined if the command did not start because its cgroup was removed, unless it is the last try. */
async function attachOnce(
  { place, cgroups, times }: Engine,
  container: ContainerPlace,
  request: ExecRequest,
  isLast: boolean,
): Promise<ExecResult | undefined> {
  const cgroup = join(cgroups.payload(container.name), `minicloud-${randomBytes(6).toString("hex")}`);
  await makeWithin(cgroup, container);
  try {
    const members = await openMembers(cgroup, container);
    try {
      request.signal?.throwIfAborted();
      const child = spawnAttach(place, container, request.command, members.fd);
      return await resultOf(child, cgroup, container, request, times.goingMs);
    } finally {
      await members.close();
    }
  } catch (error) {
    if (error instanceof NotBegun && !isLast && !(await isThere(cgroup))) {
      return undefined;
    }
    throw error;
  } finally {
    await removeCgroups(cgroup);
  }
}

/** Creates the cgroup. The container's own cgroup exists as long as it runs. */
async function makeWithin(cgroup: string, { id }: ContainerPlace): Promise<void> {
  try {
    await mkdir(cgroup);
  } catch (error) {
    throw hasErrno(error, "ENOENT", "ENODEV")
      ? new MccError("conflict", `Container ${id} does not run; start it first.`, { cause: error })
      : error;
  }
}

async function openMembers(cgroup: string, { id }: ContainerPlace): Promise<FileHandle> {
  try {
    return await open(join(cgroup, "cgroup.procs"), "w");
  } catch (error) {
    throw hasErrno(error, "ENOENT", "ENODEV")
      ? new NotBegun(
          "engine",
          `The cgroup of a command in container ${id} was removed before the command started.`,
          {
            cause: error,
          },
        )
      : error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await unlessErrno(stat(path), "ENOENT", "ENODEV")) !== undefined;
}
