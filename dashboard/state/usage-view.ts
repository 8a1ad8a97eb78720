import type { InstanceUsage } from "../../protocol/types/usage";
import type { Calls } from "../connection/calls";
import { Observable } from "./observable";

/** What an instance used at the last measurement. What is not known is absent. */
export interface Use {
  readonly memoryBytes?: number | undefined;
  /** The processors that it used since the measurement before: 0.5 is half of one. */
  readonly cpus?: number | undefined;
}

const everyMs = 5000;
/** A host with many instances is measured less often: the pause is this many times as long as the call took. */
const restFactor = 20;

/** Measures what the instances of a session use, while the page is visible. */
export class UsageView {
  /** By the uid of the instance. */
  readonly uses = new Observable<ReadonlyMap<string, Use>>(new Map());
  #last: ReadonlyMap<string, InstanceUsage> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(private readonly calls: Calls) {}

  start(): void {
    void this.#measure();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #measure(): Promise<void> {
    const begin = performance.now();
    if (!document.hidden) {
      try {
        this.#take(await this.calls.one("instance.usage", {}));
      } catch {
        // The lists say that the daemon cannot be reached. Old figures would be wrong.
        this.#take([]);
      }
    }
    if (!this.#isClosed) {
      const restMs = Math.max(everyMs, (performance.now() - begin) * restFactor);
      this.#timer = setTimeout(() => void this.#measure(), restMs);
    }
  }

  #take(measured: readonly InstanceUsage[]): void {
    const now = new Map(measured.map((one) => [one.uid, one]));
    this.uses.set(new Map(measured.map((one) => [one.uid, useOf(one, this.#last.get(one.uid))])));
    this.#last = now;
  }
}

function useOf({ used }: InstanceUsage, earlier: InstanceUsage | undefined): Use {
  const seconds = secondsBetween(earlier?.used?.time, used?.time);
  const spent = (used?.cpuSeconds ?? Number.NaN) - (earlier?.used?.cpuSeconds ?? Number.NaN);
  // After a restart in between, the processor time begins again.
  return { memoryBytes: used?.memoryBytes, cpus: seconds > 0 && spent >= 0 ? spent / seconds : undefined };
}

function secondsBetween(earlier: string | undefined, later: string | undefined): number {
  return (Date.parse(later ?? "") - Date.parse(earlier ?? "")) / 1000;
}
