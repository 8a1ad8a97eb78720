import { once } from "node:events";
import { within } from "../../../support/time-limits";
import type { ExecRequest, ExecResult } from "../../driver";
import type { Cgroups } from "../cgroups/cgroups";
import type { ContainerPlace, Place } from "../place";
import type { Times } from "../times";
import { type Attached, attachShell, reportsOf, sendCommand } from "./attach";
import { endAttached, resultOf } from "./attached-command";
import { CommandCgroup, NotBegun } from "./command-cgroup";
import { letGo } from "./let-go";

/** The parts of the engine that it uses. */
interface EngineParts {
  readonly place: Place;
  readonly cgroups: Cgroups;
  readonly times: Pick<Times, "goingMs">;
  readonly timeoutMs: number;
}

/**
 * A shell in a container that waits for one command, in the command's own cgroup. It is a process of the container like
 * the command itself, without any right of the host. It ends when this process ends, and with the container.
 */
export class WaitingShell {
  /** Resolves when it has ended and its cgroup is removed. */
  readonly ended: Promise<void>;

  private constructor(
    private readonly attached: Attached,
    private readonly cgroup: CommandCgroup,
    private readonly container: ContainerPlace,
    private readonly goingMs: number,
  ) {
    this.ended = attached.exit
      .catch(() => undefined)
      .then(() => cgroup.remove())
      .catch(() => undefined);
  }

  /**
   * Resolves when the shell waits.
   *
   * @param signal ends the start.
   * @throws NotBegun; MccError `conflict` if the container does not run.
   */
  static async start(
    { place, cgroups, times, timeoutMs }: EngineParts,
    container: ContainerPlace,
    signal: AbortSignal,
  ): Promise<WaitingShell> {
    const cgroup = CommandCgroup.make(cgroups, container);
    let shell: WaitingShell | undefined;
    try {
      const attached = await cgroup.withMembers((members) => attachShell(place, container, members));
      shell = new WaitingShell(attached, cgroup, container, times.goingMs);
      letGo(attached.child);
      const reports = reportsOf(attached);
      const waits = once(reports, "data").then(() => true);
      // If it ends without a word, nobody waits for that.
      waits.catch(() => undefined);
      const answer = await within(timeoutMs, Promise.race([waits, shell.ended.then(() => false)]), signal);
      reports.pause();
      if (answer?.value !== true) {
        throw new NotBegun("engine", `No shell waits in container ${container.id}.`);
      }
      return shell;
    } catch (error) {
      await (shell?.close() ?? cgroup.remove());
      throw error;
    }
  }

  /**
   * Runs the command as a new process of lxc-attach would. Works once.
   *
   * @throws NotBegun if the shell has ended; then the command has not begun.
   */
  async run(request: ExecRequest): Promise<ExecResult> {
    const { attached, cgroup, container } = this;
    attached.child.ref();
    const result = resultOf(attached, cgroup.path, container, request, this.goingMs);
    reportsOf(attached).resume();
    sendCommand(attached, request.command);
    try {
      return await result;
    } finally {
      await this.ended;
      // Processes in the background were in it when the shell ended.
      await cgroup.remove();
    }
  }

  /** Ends it. */
  async close(): Promise<void> {
    await endAttached(this.attached, this.cgroup.path, this.goingMs);
    await this.ended;
  }
}
