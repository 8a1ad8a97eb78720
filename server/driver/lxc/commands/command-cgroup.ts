import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { gone, removeCgroups, unlessGone } from "../cgroups/cgroup-tree";
import { type Cgroups, isPopulated } from "../cgroups/cgroups";
import type { ContainerPlace } from "../place";

/** LXC could not start a command. */
export class NotBegun extends MccError {}

/**
 * The cgroup of one command in a container: all its processes can be killed by it, also those in the background.
 *
 * When the container's processes have ended, LXC removes the container's cgroup with those in it, and stops at the first
 * one that another process adds or removes at that moment. Then a reboot inside would end the container. Therefore this
 * class changes nothing in a cgroup without processes. It looks and changes in one synchronous step: LXC does not begin
 * that early, and both take microseconds.
 */
export class CommandCgroup {
  private constructor(
    readonly path: string,
    private readonly container: ContainerPlace,
  ) {}

  /** The container's own cgroup exists as long as it runs. @throws MccError `conflict` if it does not. */
  static make(cgroups: Cgroups, container: ContainerPlace): CommandCgroup {
    const payload = cgroups.payload(container.name);
    const path = join(payload, `minicloud-${randomBytes(6).toString("hex")}`);
    if (!isPopulated(payload) || !makeCgroup(path)) {
      throw new MccError("conflict", `Container ${container.id} does not run; start it first.`);
    }
    return new CommandCgroup(path, container);
  }

  /**
   * Passes the descriptor of the file through which a process enters it, and closes it when the work is done.
   *
   * @throws NotBegun if the cgroup was removed.
   */
  async withMembers<T>(work: (members: number) => T | Promise<T>): Promise<T> {
    const members = await this.#openMembers();
    try {
      return await work(members.fd);
    } finally {
      await members.close();
    }
  }

  async exists(): Promise<boolean> {
    return (await unlessErrno(stat(this.path), ...gone)) !== undefined;
  }

  /** Leaves it if processes are still in it, or if the container ends. */
  async remove(): Promise<void> {
    await removeCgroups(this.path, () => isPopulated(dirname(this.path)));
  }

  async #openMembers(): Promise<FileHandle> {
    try {
      return await open(join(this.path, "cgroup.procs"), "w");
    } catch (error) {
      throw hasErrno(error, ...gone)
        ? new NotBegun(
            "engine",
            `The cgroup of a command in container ${this.container.id} was removed before the command started.`,
            { cause: error },
          )
        : error;
    }
  }
}

/** @returns false if the container's cgroup does not exist. */
function makeCgroup(path: string): boolean {
  return (
    unlessGone(() => {
      mkdirSync(path);
      return true;
    }) ?? false
  );
}
