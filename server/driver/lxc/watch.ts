import { type FSWatcher, watch } from "node:fs";
import { messageOf } from "../../../protocol/error";
import type { Turns } from "../../support/concurrency/turns";
import { payloadPrefix } from "./cgroups/cgroups";
import { ProcessWatch } from "./cgroups/process-watch";
import { runningContainers } from "./cgroups/running";
import { cutOff, mayNeedClaim, restoreClaim } from "./claims/restore-claim";
import { endContainer } from "./destroy";
import type { Engine } from "./engine";
import { forgetFailedReboot, hasFailedReboot } from "./failed-reboot";
import { MemoryWatch } from "./memory-watch";
import { startContainer } from "./power";

/** Events come in groups. One check serves all events within this time. */
const gatherMs = 20;
/** While many containers start or end, checks follow each other: a pause of this many times a check's duration is between. */
const restFactor = 8;
const longestGatherMs = 200;
const memoryUnknown = "whether a container ran out of memory is not known";

/** Reports each container that stops, and each that runs out of memory. It watches the folder in which LXC creates and removes cgroups. */
export class Watch {
  #onDown: ((id: number) => void) | undefined;
  #watcher: FSWatcher | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  /** Containers that have run at the last check or since. */
  #seen = new Set<number>();
  /** Containers for whose processes the kernel reported an event, or that are new to the watch. */
  #changed = new Set<number>();
  /** Claimed containers whose cgroup was made again: after a reboot inside, they run as before their claim. */
  readonly #rebooted = new Set<number>();
  /** Containers after which the watch is cleaning up. */
  readonly #clearing = new Set<number>();
  #looking = Promise.resolve();
  #gatherMs = gatherMs;
  #memory: MemoryWatch | undefined;
  readonly #processes: ProcessWatch;

  /** @param turns of the changes to containers. */
  constructor(
    private readonly engine: Engine,
    private readonly turns: Turns<number>,
  ) {
    this.#processes = new ProcessWatch(engine.cgroups, engine.place, (id) => {
      // At once: a container that has ended soon has no cgroup.
      this.#checkMemory([id]).catch((error: unknown) => engine.log.debug({ err: error }, memoryUnknown));
      this.#changed.add(id);
      this.#lookSoon();
    });
  }

  /** Replaces the callbacks of an earlier call. */
  start(onDown: (id: number) => void, onOutOfMemory: (id: number, kills: number) => void): void {
    this.stop();
    this.#onDown = onDown;
    this.#memory = new MemoryWatch(this.engine, onOutOfMemory);
    this.#watcher = this.#watchCgroups();
    this.#sweep = setInterval(() => this.#look(true), this.engine.times.sweepEveryMs).unref();
    this.#look(false);
  }

  stop(): void {
    this.#onDown = undefined;
    this.#memory = undefined;
    this.#watcher?.close();
    this.#processes.stop();
    clearInterval(this.#sweep);
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  /** @returns undefined if the kernel grants no watch. Then the sweep finds the same changes later. */
  #watchCgroups(): FSWatcher | undefined {
    const { cgroups, log, times } = this.engine;
    try {
      const watcher = watch(cgroups.hierarchies.unified, { persistent: false }, (_event, entry) => {
        this.#note(entry);
      });
      return watcher.on("error", (error) =>
        log.warn({ err: error }, "the watch of the containers missed events"),
      );
    } catch (error) {
      log.warn(
        { err: error },
        `stopped containers are noticed only every ${times.sweepEveryMs / 1000} s: ${messageOf(error)}; raise fs.inotify.max_user_watches and max_user_instances (sysctl)`,
      );
      return undefined;
    }
  }

  /** @param entry null if the kernel had no room for the event. */
  #note(entry: string | null): void {
    const [, prefix, name = ""] = /^(lxc\.(?:payload|monitor)\.)(.*)$/.exec(entry ?? "") ?? [];
    const id = this.engine.place.idOf(name);
    if (id !== undefined && prefix === payloadPrefix) {
      this.#seen.add(id);
      this.#processes.forget(id);
      if (mayNeedClaim(this.engine.place.container(id))) {
        this.#rebooted.add(id);
      }
    }
    if (id !== undefined || entry === null) {
      this.#lookSoon();
    }
  }

  #lookSoon(): void {
    if (this.#onDown !== undefined) {
      this.#next ??= setTimeout(() => this.#look(false), this.#gatherMs);
    }
  }

  #look(thorough: boolean): void {
    this.#next = undefined;
    this.#looking = this.#looking
      .then(() => this.#tell(thorough))
      .catch((error: unknown) => this.engine.log.warn({ err: error }, "the containers could not be checked"));
  }

  async #tell(thorough: boolean): Promise<void> {
    const begin = performance.now();
    const changed = this.#changed;
    this.#changed = new Set();
    await this.#findDead(thorough ? undefined : changed);
    const seen = this.#seen;
    this.#seen = new Set();
    const { running, ending } = await runningContainers(this.engine);
    running.forEach((id) => this.#seen.add(id));
    if (this.#onDown !== undefined) {
      this.#watchProcesses(running);
    }
    this.#memory?.keep(running);
    if (thorough) {
      cutOff(this.engine, running).forEach((id) => this.#rebooted.add(id));
    }
    this.#restoreClaims(running);
    if (thorough) {
      await this.#checkMemory(running);
    }
    if (ending.size > 0) {
      this.#lookSoon();
    }
    await this.#tellDown([...seen].filter((id) => !running.has(id)));
    const restMs = (performance.now() - begin) * restFactor;
    this.#gatherMs = Math.min(Math.max(gatherMs, restMs), longestGatherMs);
  }

  async #tellDown(ended: readonly number[]): Promise<void> {
    for (const id of ended) {
      if (this.#clearing.has(id)) {
        // It may be started again. It is told at the next check, if it is not.
        this.#seen.add(id);
      } else if (await hasFailedReboot(this.engine.place.container(id))) {
        this.#seen.add(id);
        void this.#clear(id);
      } else {
        this.#onDown?.(id);
      }
    }
  }

  #restoreClaims(running: ReadonlySet<number>): void {
    const { log, place } = this.engine;
    for (const id of [...this.#rebooted].filter((each) => running.has(each))) {
      this.#rebooted.delete(id);
      this.turns
        .take(id, () => restoreClaim(this.engine, place.container(id)))
        .catch((error: unknown) => {
          log.warn(
            { container: id, err: error },
            "a container is cut off after its reboot; it is tried again",
          );
          this.#rebooted.add(id);
        });
    }
  }

  async #checkMemory(ids: Iterable<number>): Promise<void> {
    await this.#memory?.check(ids);
  }

  /**
   * Finds containers whose monitor was killed. Nothing else cleans up after them.
   *
   * @param only the containers to check. Default: all.
   */
  async #findDead(only: ReadonlySet<number> | undefined): Promise<void> {
    const { place, cgroups } = this.engine;
    if (only?.size === 0) {
      return;
    }
    const { payloads } = cgroups.names();
    for (const id of payloads.flatMap((payload) => place.idOf(payload) ?? [])) {
      if (
        this.#onDown !== undefined &&
        only?.has(id) !== false &&
        !this.#clearing.has(id) &&
        (await this.#isDead(id))
      ) {
        // Not awaited: other changes of that container may precede it.
        void this.#clear(id);
      }
    }
  }

  async #isDead(id: number): Promise<boolean> {
    const { place, cgroups } = this.engine;
    const { name } = place.container(id);
    return !(await cgroups.isAlive(name)) || (await cgroups.isOrphan(name));
  }

  /**
   * Ends what is left of a container, and starts it again if its reboot failed. Takes a turn, because a start creates
   * cgroups before they contain a process.
   */
  async #clear(id: number): Promise<void> {
    const container = this.engine.place.container(id);
    this.#clearing.add(id);
    try {
      await this.turns.take(id, async () => {
        if (await this.#isDead(id)) {
          await endContainer(this.engine, container);
          if (await hasFailedReboot(container)) {
            await startContainer(this.engine, container);
            this.engine.log.info(
              { container: id },
              "a container was started again, because LXC could not finish its reboot",
            );
          }
        }
      });
    } catch (error) {
      forgetFailedReboot(container);
      this.engine.log.warn(
        { container: id, err: error },
        "a container without a monitor could not be ended, or not be started again after its reboot",
      );
    } finally {
      this.#clearing.delete(id);
      this.#lookSoon();
    }
  }

  #watchProcesses(running: ReadonlySet<number>): void {
    try {
      const news = this.#processes.follow(running);
      news.forEach((id) => this.#changed.add(id));
      if (news.length > 0) {
        this.#lookSoon();
      }
    } catch (error) {
      // Logged once, when the first watch was refused. The sweep finds the same changes later.
      this.engine.log.debug({ err: error }, "the processes of a container cannot be watched");
    }
  }
}
