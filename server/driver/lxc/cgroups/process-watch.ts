import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import type { Place } from "../place";
import { gone } from "./cgroup-tree";
import type { Cgroups } from "./cgroups";

/**
 * Watches whether running containers and their monitors have processes. The kernel reports it as soon as the last one
 * ends, also if no monitor exists to remove the cgroup.
 */
export class ProcessWatch {
  readonly #watchers = new Map<number, readonly FSWatcher[]>();

  constructor(
    private readonly cgroups: Cgroups,
    private readonly place: Place,
    private readonly onChange: (id: number) => void,
  ) {}

  /**
   * Watches these containers and no others.
   *
   * @returns those that were not watched before: earlier changes in them were not reported.
   * @throws the error of a kernel that grants no more watches.
   */
  follow(running: ReadonlySet<number>): number[] {
    [...this.#watchers.keys()].filter((id) => !running.has(id)).forEach((id) => this.forget(id));
    return [...running].filter((id) => !this.#watchers.has(id) && this.#begin(id));
  }

  /** Stops to watch a container whose cgroups may have been replaced. */
  forget(id: number): void {
    this.#watchers.get(id)?.forEach((watcher) => watcher.close());
    this.#watchers.delete(id);
  }

  stop(): void {
    this.follow(new Set());
  }

  /** @returns false if the container has no cgroups yet, or no longer. */
  #begin(id: number): boolean {
    const { name } = this.place.container(id);
    const watchers: FSWatcher[] = [];
    try {
      for (const cgroup of [this.cgroups.payload(name), this.cgroups.monitor(name)]) {
        const watcher = watch(join(cgroup, "cgroup.events"), { persistent: false }, () => this.onChange(id));
        watchers.push(watcher.on("error", () => this.onChange(id)));
      }
    } catch (error) {
      watchers.forEach((watcher) => watcher.close());
      if (hasErrno(error, ...gone)) {
        return false;
      }
      throw error;
    }
    this.#watchers.set(id, watchers);
    return true;
  }
}
