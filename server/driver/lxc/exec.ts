import type { ExecRequest, ExecResult } from "../driver";
import { attachCommand } from "./commands/attach";
import { resultOf } from "./commands/attached-command";
import { CommandCgroup, NotBegun } from "./commands/command-cgroup";
import type { WaitingShell } from "./commands/waiting-shell";
import type { Engine } from "./engine";
import type { ContainerPlace } from "./place";

/** systemd removes empty cgroups that are not its own while it boots in the container. */
const mostTries = 5;
/** From here on, an exit code is that of a signal. With the command, the container may end, and start again. */
const killed = 128;

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
  const shell = await engine.shells.take(container.id, request);
  const result = (shell && (await runIn(shell, request))) ?? (await attachNew(engine, container, request));
  if (result.exitCode < killed) {
    engine.shells.used(container, shell !== undefined);
  }
  return result;
}

/** @returns undefined if the command did not begin, because the shell had ended. */
async function runIn(
  shell: Pick<WaitingShell, "run">,
  request: ExecRequest,
): Promise<ExecResult | undefined> {
  try {
    return await shell.run(request);
  } catch (error) {
    if (error instanceof NotBegun) {
      return undefined;
    }
    throw error;
  }
}

/** Runs it in a new process of lxc-attach. */
async function attachNew(
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
  const cgroup = CommandCgroup.make(cgroups, container);
  try {
    return await cgroup.withMembers(async (members) => {
      request.signal?.throwIfAborted();
      const attached = attachCommand(place, container, request.command, members);
      return await resultOf(attached, cgroup.path, container, request, times.goingMs);
    });
  } catch (error) {
    if (error instanceof NotBegun && !isLast && !(await cgroup.exists())) {
      return undefined;
    }
    throw error;
  } finally {
    await cgroup.remove();
  }
}
