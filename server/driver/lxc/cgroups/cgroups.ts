import { existsSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { gone, removeCgroups, walkTree } from "./cgroup-tree";
import type { Hierarchies } from "./hierarchies";
import { namesAtPivot, pivot } from "./monitor";

/** LXC keeps two cgroups for a container: of its processes, and of the monitor that watches over them. */
export const payloadPrefix = "lxc.payload.";
const monitorPrefix = "lxc.monitor.";
const prefixes = [payloadPrefix, monitorPrefix] as const;
export type CgroupPrefix = (typeof prefixes)[number];

/** What LXC has in the cgroup hierarchies, by the names of containers. */
export class Cgroups {
  constructor(readonly hierarchies: Hierarchies) {}

  /** The version 2 cgroup of a container's processes. */
  payload(name: string): string {
    return join(this.hierarchies.unified, payloadPrefix + name);
  }

  /** The version 2 cgroup of a container's monitor. */
  monitor(name: string): string {
    return join(this.hierarchies.unified, monitorPrefix + name);
  }

  /** The names of the containers that have either cgroup, in one look at version 2. */
  async names(): Promise<Record<"payloads" | "monitors", string[]>> {
    return namesOf(await readdir(this.hierarchies.unified));
  }

  /** The names of the containers that have a cgroup in any hierarchy. */
  async namesAnywhere(): Promise<Set<string>> {
    const entries = await Promise.all(this.#folders().map((folder) => readdir(folder)));
    const { payloads, monitors } = namesOf(entries.flat());
    return new Set([...payloads, ...monitors]);
  }

  /** Whether a container has a cgroup in version 2, empty or not. */
  async has(name: string): Promise<boolean> {
    const paths = [this.payload(name), this.monitor(name)];
    const found = await Promise.all(paths.map((path) => unlessErrno(stat(path), "ENOENT")));
    return found.some((stats) => stats !== undefined);
  }

  /** Whether a container has a cgroup in any hierarchy. Synchronous, as twenty calls of microseconds each. */
  hasAnywhere(name: string): boolean {
    return this.#pathsOf(name).some((path) => existsSync(path));
  }

  /** Whether a container has processes, or its monitor is there still. Right also after a monitor was killed. */
  async isAlive(name: string): Promise<boolean> {
    return (
      (await isPopulated(this.payload(name))) ||
      (await isPopulated(this.monitor(name))) ||
      (await namesAtPivot(this.hierarchies.unified)).includes(name)
    );
  }

  /**
   * Whether a container has processes and no monitor, as one was killed: LXC can then neither stop it nor run a
   * command in it.
   */
  async isOrphan(name: string): Promise<boolean> {
    return (
      (await isPopulated(this.payload(name))) &&
      !(await isPopulated(this.monitor(name))) &&
      !(await namesAtPivot(this.hierarchies.unified)).includes(name)
    );
  }

  /**
   * Lets frozen processes of a container go on, in whatever cgroups of version 1 it or the host froze them: they do not
   * end before. In version 2 killed processes end frozen as they are.
   */
  async thaw(name: string): Promise<void> {
    const freezers = this.hierarchies.old.filter(({ controllers }) => controllers.includes("freezer"));
    for (const path of freezers.flatMap(({ folder }) =>
      prefixes.map((prefix) => join(folder, prefix + name)),
    )) {
      await unlessErrno(walkTree(path, { enter: thawOne }), ...gone);
    }
  }

  /**
   * Removes the cgroups of a container from all hierarchies. A failed start leaves some empty, a monitor that was
   * killed all, and while they are there LXC gives the next container of that name others.
   *
   * @returns false when processes are still in them.
   */
  async remove(name: string): Promise<boolean> {
    const removed = await Promise.all(this.#pathsOf(name).map(removeCgroups));
    return !removed.includes(false);
  }

  /** Removes the cgroup from which monitors clear up, in every hierarchy where LXC has no container any more. */
  async removePivots(): Promise<void> {
    for (const folder of this.#folders()) {
      const entries = (await readdir(folder)).filter((entry) => entry.startsWith("lxc."));
      if (entries.length === 1 && entries[0] === pivot) {
        await removeCgroups(join(folder, pivot));
      }
    }
  }

  #pathsOf(name: string): string[] {
    return this.#folders().flatMap((folder) => prefixes.map((prefix) => join(folder, prefix + name)));
  }

  #folders(): string[] {
    const { unified, old } = this.hierarchies;
    return [unified, ...old.map(({ folder }) => folder)];
  }
}

function namesOf(entries: readonly string[]): Record<"payloads" | "monitors", string[]> {
  const after = (prefix: CgroupPrefix): string[] =>
    entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length));
  return { payloads: after(payloadPrefix), monitors: after(monitorPrefix) };
}

/** Whether processes are in a version 2 cgroup or below it; one that does not exist has none. */
export async function isPopulated(cgroup: string): Promise<boolean> {
  const events = await unlessErrno(readFile(join(cgroup, "cgroup.events"), "utf8"), ...gone);
  return events?.includes("populated 1") ?? false;
}

/** Kills all processes in a version 2 cgroup and below it, forks under way included (Linux 5.14). */
export async function killAll(cgroup: string): Promise<void> {
  await unlessErrno(writeFile(join(cgroup, "cgroup.kill"), "1"), ...gone);
}

async function thawOne(cgroup: string): Promise<void> {
  await unlessErrno(writeFile(join(cgroup, "freezer.state"), "THAWED", { flag: "r+" }), ...gone);
}
