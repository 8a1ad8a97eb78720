import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { removeCgroups } from "../cgroups/cgroup-tree";
import type { Cgroups } from "../cgroups/cgroups";
import type { ContainerPlace } from "../place";

/** LXC could not start a command. */
export class NotBegun extends MccError {}

/** The cgroup of one command in a container: all its processes can be killed by it, also those in the background. */
export class CommandCgroup {
  private constructor(
    readonly path: string,
    private readonly container: ContainerPlace,
  ) {}

  /** The container's own cgroup exists as long as it runs. @throws MccError `conflict` if it does not. */
  static async make(cgroups: Cgroups, container: ContainerPlace): Promise<CommandCgroup> {
    const path = join(cgroups.payload(container.name), `minicloud-${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(path);
    } catch (error) {
      throw hasErrno(error, "ENOENT", "ENODEV")
        ? new MccError("conflict", `Container ${container.id} does not run; start it first.`, {
            cause: error,
          })
        : error;
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
    return (await unlessErrno(stat(this.path), "ENOENT", "ENODEV")) !== undefined;
  }

  /** Leaves it if processes are still in it. */
  async remove(): Promise<void> {
    await removeCgroups(this.path);
  }

  async #openMembers(): Promise<FileHandle> {
    try {
      return await open(join(this.path, "cgroup.procs"), "w");
    } catch (error) {
      throw hasErrno(error, "ENOENT", "ENODEV")
        ? new NotBegun(
            "engine",
            `The cgroup of a command in container ${this.container.id} was removed before the command started.`,
            { cause: error },
          )
        : error;
    }
  }
}
