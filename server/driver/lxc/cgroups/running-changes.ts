import type { Engine } from "../engine";
import { type RunningContainers, runningAmong, runningContainers } from "./running";

/** Up to so many containers are checked one by one. For more, one read of all cgroups is quicker. */
const few = 32;

interface Changes extends RunningContainers {
  /** Containers that ran at an earlier check or started since, and do not run. */
  readonly ended: readonly number[];
}

/**
 * Finds which containers started and ended since the last check. It checks those for which there was an event, so that a start
 * among many containers takes no longer than one among few.
 */
export class RunningChanges {
  /** Containers that ran at the last check. */
  #known: ReadonlySet<number> = new Set();
  /** Containers that started since then, and those whose end the next check must find again. */
  #arrived = new Set<number>();
  /** Containers to check. Undefined: all. */
  #noted: Set<number> | undefined;
  #allAtMs = -Infinity;

  constructor(private readonly engine: Pick<Engine, "cgroups" | "place" | "times">) {}

  /** The containers that ran at the last check. */
  get known(): ReadonlySet<number> {
    return this.#known;
  }

  /** A container may have started or ended. */
  note(id: number): void {
    this.#noted?.add(id);
  }

  /** Any container may have started or ended. */
  noteAll(): void {
    this.#noted = undefined;
  }

  /** A container started. If it does not run at the next check, it has ended, although no check saw it. */
  started(id: number): void {
    this.note(id);
    this.#arrived.add(id);
  }

  /**
   * Checks what was noted, and all containers if that is long ago: the kernel may have dropped events, which Node does not
   * report. A later call must wait for the end of an earlier one.
   *
   * @param all whether to check all containers, and not only those that were noted.
   * @returns `running` and `ending` of those that were checked.
   */
  async check(all: boolean): Promise<Changes> {
    const noted = this.#noted;
    const isDue = performance.now() - this.#allAtMs > this.engine.times.checkAllEveryMs;
    const only = all || isDue || noted === undefined || noted.size > few ? undefined : noted;
    if (only === undefined) {
      this.#allAtMs = performance.now();
    }
    const earlier = new Set([...this.#known, ...this.#arrived]);
    // Events during the check are for the next one.
    this.#known = earlier;
    this.#arrived = new Set();
    this.#noted = new Set();
    const found = await this.#find(only);
    const hasEnded = (id: number): boolean => only?.has(id) !== false && !found.running.has(id);
    this.#known = new Set([...earlier, ...found.running].filter((id) => !hasEnded(id)));
    return { ...found, ended: [...earlier].filter(hasEnded) };
  }

  async #find(only: ReadonlySet<number> | undefined): Promise<RunningContainers> {
    try {
      return await (only === undefined ? runningContainers(this.engine) : runningAmong(this.engine, only));
    } catch (error) {
      this.noteAll();
      throw error;
    }
  }
}
