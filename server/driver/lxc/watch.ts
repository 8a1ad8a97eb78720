import { type FSWatcher, watch } from "node:fs";
import { messageOf } from "../../../protocol/error";
import type { Turns } from "../../support/concurrency/turns";
import { payloadPrefix } from "./cgroups/cgroups";
import { ProcessWatch } from "./cgroups/process-watch";
import { RunningChanges } from "./cgroups/running-changes";
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
  readonly #changes: RunningChanges;

  /** @param turns of the changes to containers. */
  constructor(
    private readonly engine: Engine,
    private readonly turns: Turns<number>,
  ) {
    this.#changes = new RunningChanges(engine);
    this.#processes = new ProcessWatch(engine.cgroups, engine.place, (id) => {
      // At once: a container that has ended soon has no cgroup.
      this.#checkMemory([id]).catch((error: unknown) => engine.log.debug({ err: error }, memoryUnknown));
      this.#changed.add(id);
      this.#lookSoonAt([id]);
    });
  }

  /** Replaces the callbacks of an earlier call. */
  start(onDown: (id: number) => void, onOutOfMemory: (id: number, kills: number) => void): void {
    this.stop();
    this.#onDown = onDown;
    this.#memory = new MemoryWatch(this.engine, onOutOfMemory);
    this.#watcher = this.#watchCgroups();
    this.#sweep = setInterval(() => this.#look(true), this.engine.times.sweepEveryMs).unref();
    this.#changes.noteAll();
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
      this.#changes.started(id);
      this.#processes.forget(id);
      if (mayNeedClaim(this.engine.place.container(id))) {
        this.#rebooted.add(id);
      }
    }
    if (id !== undefined) {
      this.#lookSoonAt([id]);
    } else if (entry === null) {
      this.#changes.noteAll();
      this.#lookSoon();
    }
  }

  #lookSoonAt(ids: Iterable<number>): void {
    for (const id of ids) {
      this.#changes.note(id);
    }
    this.#lookSoon();
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
    this.#rebooted.forEach((id) => this.#changes.note(id));
    const { running, ending, ended } = await this.#changes.check(thorough);
    // First, because no later check finds these ends again if the rest fails.
    await this.#tellDown(ended);
    if (this.#onDown !== undefined) {
      this.#watchProcesses(this.#changes.known);
    }
    this.#memory?.keep(this.#changes.known);
    if (thorough) {
      cutOff(this.engine, running).forEach((id) => this.#rebooted.add(id));
    }
    this.#restoreClaims(running);
    if (thorough) {
      await this.#checkMemory(running);
    }
    if (ending.size > 0) {
      this.#lookSoonAt(ending);
    }
    const restMs = (performance.now() - begin) * restFactor;
    this.#gatherMs = Math.min(Math.max(gatherMs, restMs), longestGatherMs);
  }

  async #tellDown(ended: readonly number[]): Promise<void> {
    for (const id of ended) {
      if (await this.#mayStartAgain(id)) {
        // It is told at the next check, if it is not started again.
        this.#changes.started(id);
      } else {
        this.#rebooted.delete(id);
        this.#onDown?.(id);
      }
    }
  }

  /** Starts a container again if its reboot failed. Throws nothing, because the ends of others would be lost. */
  async #mayStartAgain(id: number): Promise<boolean> {
    const { log, place } = this.engine;
    if (this.#clearing.has(id)) {
      return true;
    }
    try {
      const hasFailed = await hasFailedReboot(place.container(id));
      if (hasFailed) {
        void this.#clear(id);
      }
      return hasFailed;
    } catch (error) {
      log.warn(
        { container: id, err: error },
        "LXC's log of a container that ended could not be read; it is tried again",
      );
      return true;
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
    const ids = only === undefined ? this.#withPayload() : [...only].filter((id) => this.#hasPayload(id));
    for (const id of ids) {
      if (this.#onDown !== undefined && !this.#clearing.has(id) && (await this.#isDead(id))) {
        // Not awaited: other changes of that container may precede it.
        void this.#clear(id);
      }
    }
  }

  #hasPayload(id: number): boolean {
    const { place, cgroups } = this.engine;
    return cgroups.hasPayload(place.container(id).name);
  }

  #withPayload(): number[] {
    const { place, cgroups } = this.engine;
    return cgroups.names().payloads.flatMap((payload) => place.idOf(payload) ?? []);
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
      this.#lookSoonAt([id]);
    }
  }

  #watchProcesses(running: ReadonlySet<number>): void {
    try {
      const news = this.#processes.follow(running);
      news.forEach((id) => this.#changed.add(id));
      if (news.length > 0) {
        this.#lookSoonAt(news);
      }
    } catch (error) {
      // Logged once, when the first watch was refused. The sweep finds the same changes later.
      this.engine.log.debug({ err: error }, "the processes of a container cannot be watched");
    }
  }
}
