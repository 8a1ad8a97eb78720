import { existsSync, writeFileSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { gone, removeCgroups, unlessGone, walkTree } from "./cgroup-tree";
import type { Hierarchies } from "./hierarchies";
import { namesAtPivot, pivot } from "./monitor";
import { entriesOf, readCgroup } from "./read-cgroup";

/** LXC creates two cgroups for a container: one for its processes, and one for the monitor that supervises it. */
export const payloadPrefix = "lxc.payload.";
export const monitorPrefix = "lxc.monitor.";
const prefixes = [payloadPrefix, monitorPrefix] as const;
export type CgroupPrefix = (typeof prefixes)[number];

/** Reads and changes LXC's cgroups in all hierarchies, by the names of containers. */
export class Cgroups {
  constructor(readonly hierarchies: Hierarchies) {}

  /** Returns the path of the version 2 cgroup of a container's processes. */
  payload(name: string): string {
    return join(this.hierarchies.unified, payloadPrefix + name);
  }

  /** Returns the path of the version 2 cgroup of a container's monitor. */
  monitor(name: string): string {
    return join(this.hierarchies.unified, monitorPrefix + name);
  }

  /** Returns the names of the containers that have either cgroup in version 2, by one read of the folder. */
  names(): Record<"payloads" | "monitors", string[]> {
    return namesOf(entriesOf(this.hierarchies.unified));
  }

  /** Returns the names of the containers that have a cgroup in any hierarchy. */
  namesAnywhere(): Set<string> {
    const { payloads, monitors } = namesOf(this.#folders().flatMap(entriesOf));
    return new Set([...payloads, ...monitors]);
  }

  /** Returns whether a container has a cgroup in version 2, empty or not. */
  async has(name: string): Promise<boolean> {
    const paths = [this.payload(name), this.monitor(name)];
    const found = await Promise.all(paths.map((path) => unlessErrno(stat(path), "ENOENT")));
    return found.some((stats) => stats !== undefined);
  }

  /** Returns whether a container has a cgroup for its processes in version 2, empty or not. */
  hasPayload(name: string): boolean {
    return existsSync(this.payload(name));
  }

  /** Returns whether a container has a cgroup in any hierarchy. Synchronous: about 20 calls of microseconds. */
  hasAnywhere(name: string): boolean {
    return this.#pathsOf(name).some((path) => existsSync(path));
  }

  /** Returns whether a container has processes or a monitor. The result is also correct after a monitor was killed. */
  async isAlive(name: string): Promise<boolean> {
    return (
      isPopulated(this.payload(name)) ||
      (await this.#hasMonitor(name)) ||
      // A monitor that left its cgroups after the first look may have started the container before the last.
      isPopulated(this.payload(name))
    );
  }

  /**
   * Returns whether a container has processes and no monitor, because the monitor was killed. LXC can then neither stop
   * the container nor run a command in it.
   */
  async isOrphan(name: string): Promise<boolean> {
    return isPopulated(this.payload(name)) && !(await this.#hasMonitor(name));
  }

  async #hasMonitor(name: string): Promise<boolean> {
    const monitor = this.monitor(name);
    return (
      isPopulated(monitor) ||
      (await namesAtPivot(this.hierarchies.unified)).includes(name) ||
      // After a reboot inside, the monitor goes from the pivot to its cgroup, maybe between the two looks.
      isPopulated(monitor)
    );
  }

  /**
   * Thaws the frozen processes of a container, in every version 1 cgroup in which the container or the host froze them.
   * Until then, they do not end. In version 2, killed processes end although they are frozen.
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
   * Removes the cgroups of a container from all hierarchies. A failed start leaves some that are empty, and a killed
   * monitor leaves all of them. While they exist, LXC gives the next container of that name cgroups with other names.
   *
   * @returns false if processes are still in them.
   */
  async remove(name: string): Promise<boolean> {
    const removed = await Promise.all(this.#pathsOf(name).map((path) => removeCgroups(path)));
    return !removed.includes(false);
  }

  /** Removes the cgroup in which monitors clean up, in every hierarchy where LXC has no containers left. */
  async removePivots(): Promise<void> {
    for (const folder of this.#folders()) {
      const entries = entriesOf(folder).filter((entry) => entry.startsWith("lxc."));
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

/** Returns whether processes are in a version 2 cgroup or below it; false if the cgroup does not exist. */
export function isPopulated(cgroup: string): boolean {
  return readCgroup(join(cgroup, "cgroup.events"))?.includes("populated 1") ?? false;
}

/** Kills all processes in a version 2 cgroup and below it, including forks in progress (Linux 5.14). */
export function killAll(cgroup: string): void {
  unlessGone(() => writeFileSync(join(cgroup, "cgroup.kill"), "1"));
}

async function thawOne(cgroup: string): Promise<void> {
  await unlessErrno(writeFile(join(cgroup, "freezer.state"), "THAWED", { flag: "r+" }), ...gone);
}
