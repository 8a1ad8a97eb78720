import { payloadPrefix } from "./cgroups/cgroups";
import { memoryKills } from "./cgroups/memory-kills";
import type { Engine } from "./engine";

/** Reports containers in which the kernel kills processes because memory is used up. No event tells it in version 1. */
export class MemoryWatch {
  /** The kills that were reported, of running containers, and the number of the reading that found them. */
  readonly #reported = new Map<number, { readonly kills: number; readonly reading: number }>();
  #readings = 0;

  constructor(
    private readonly engine: Engine,
    private readonly onOutOfMemory: (id: number, kills: number) => void,
  ) {}

  /** Checks containers, and reports each with more kills than before. */
  async check(ids: Iterable<number>): Promise<void> {
    const { cgroups, place } = this.engine;
    for (const id of ids) {
      this.#readings += 1;
      const reading = this.#readings;
      const kills = await memoryKills(cgroups.hierarchies, payloadPrefix + place.container(id).name);
      const reported = this.#reported.get(id) ?? { kills: 0, reading: 0 };
      // Another check began later and ended sooner: what it found is newer.
      if (reported.reading > reading) {
        continue;
      }
      this.#reported.set(id, { kills, reading });
      // Fewer kills than before are those of a new cgroup: the container was restarted between two checks.
      if (kills > 0 && kills !== reported.kills) {
        this.onOutOfMemory(id, kills);
      }
    }
  }

  /** Forgets containers that do not run: the next start has a new cgroup. */
  keep(running: ReadonlySet<number>): void {
    [...this.#reported.keys()].filter((id) => !running.has(id)).forEach((id) => this.#reported.delete(id));
  }
}
