import { type FSWatcher, watch } from "node:fs";
import { messageOf } from "../../../protocol/error";
import { payloadPrefix } from "./cgroups";
import type { Engine } from "./engine";
import { runningContainers } from "./running";

/** Events come in swarms; one look serves all that come within this time. */
const gatherMs = 20;

/** Tells of every container that went down, by watching the folder in which LXC makes and removes cgroups. */
export class Watch {
  #onDown: ((id: number) => void) | undefined;
  #watcher: FSWatcher | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  /** Known to have run at the last look or since. */
  #seen = new Set<number>();
  #looking = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  /** Replaces what an earlier call asked for. */
  start(onDown: (id: number) => void): void {
    this.stop();
    this.#onDown = onDown;
    this.#watcher = this.#watchCgroups();
    this.#sweep = setInterval(() => this.#look(true), this.engine.times.sweepEveryMs).unref();
    this.#look(false);
  }

  stop(): void {
    this.#onDown = undefined;
    this.#watcher?.close();
    clearInterval(this.#sweep);
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  /** @returns undefined when the kernel grants no watch: the sweep then finds the same, later. */
  #watchCgroups(): FSWatcher | undefined {
    const { cgroups, log, times } = this.engine;
    try {
      const watcher = watch(cgroups.hierarchies.unified, { persistent: false }, (_event, entry) => {
        this.#note(entry);
      });
      return watcher.on("error", (error) => log.warn({ err: error }, "the watch over containers has a gap"));
    } catch (error) {
      log.warn(
        { err: error },
        `containers that go down are noticed every ${times.sweepEveryMs / 1000} s only: ${messageOf(error)}; raise fs.inotify.max_user_watches and max_user_instances (sysctl)`,
      );
      return undefined;
    }
  }

  /** @param entry null when the kernel had no room for the event. */
  #note(entry: string | null): void {
    const [, prefix, name = ""] = /^(lxc\.(?:payload|monitor)\.)(.*)$/.exec(entry ?? "") ?? [];
    const id = this.engine.place.idOf(name);
    if (id !== undefined && prefix === payloadPrefix) {
      this.#seen.add(id);
    }
    if (id !== undefined || entry === null) {
      this.#lookSoon();
    }
  }

  #lookSoon(): void {
    if (this.#onDown !== undefined) {
      this.#next ??= setTimeout(() => this.#look(false), gatherMs);
    }
  }

  #look(thorough: boolean): void {
    this.#next = undefined;
    this.#looking = this.#looking
      .then(() => this.#tell(thorough))
      .catch((error: unknown) =>
        this.engine.log.warn({ err: error }, "the containers could not be looked through"),
      );
  }

  async #tell(thorough: boolean): Promise<void> {
    if (thorough) {
      await this.#clearDead();
    }
    const seen = this.#seen;
    this.#seen = new Set();
    const { running, ending } = await runningContainers(this.engine);
    running.forEach((id) => this.#seen.add(id));
    if (ending.size > 0) {
      this.#lookSoon();
    }
    for (const id of seen) {
      if (!running.has(id)) {
        this.#onDown?.(id);
      }
    }
  }

  /** Removes the cgroups of containers whose monitor was killed. */
  async #clearDead(): Promise<void> {
    const { place, cgroups } = this.engine;
    const { payloads } = await cgroups.names();
    for (const name of payloads.filter((payload) => place.idOf(payload) !== undefined)) {
      if (!(await cgroups.isAlive(name))) {
        await cgroups.remove(name);
      }
    }
  }
}
