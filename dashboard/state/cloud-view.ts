import type { MinicloudEvent } from "../../protocol/types/event";
import type { Calls } from "../connection/calls";
import { followEvents } from "../connection/follow-events";
import { announce } from "./announcements";
import { loadAll, loadSome } from "./load-snapshot";
import { Observable } from "./observable";
import { nothing, type Snapshot } from "./snapshot";
import { UsageView } from "./usage-view";

/** Changes of this time are drawn together. */
const batchMs = 150;
/** Above this number of changed instances, the list is loaded in place of each. */
const mostSingle = 24;
/** For what has no event, such as changed labels. */
const reloadMs = 30_000;

/** Keeps the lists of one session up to date. */
export class CloudView {
  readonly snapshot = new Observable<Snapshot>(nothing);
  /** The latest event since the page was loaded. */
  readonly latestEvent = new Observable<MinicloudEvent | undefined>(undefined);
  readonly usage: UsageView;
  readonly #abort = new AbortController();
  readonly #changed = new Set<number>();
  #mustList = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;

  constructor(readonly calls: Calls) {
    this.usage = new UsageView(calls);
  }

  start(): void {
    const follower = {
      see: (event: MinicloudEvent) => this.#see(event),
      connected: () => {
        this.#update({ isConnected: true });
        this.reload();
      },
      disconnected: () => this.#update({ isConnected: false }),
    };
    this.usage.start();
    void followEvents(this.calls, follower, this.#abort.signal);
    const regular = setInterval(() => this.reload(), reloadMs);
    this.#abort.signal.addEventListener("abort", () => clearInterval(regular));
  }

  close(): void {
    this.usage.close();
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  /** Loads everything again soon. */
  reload(): void {
    this.#mustList = true;
    this.#plan();
  }

  #see(event: MinicloudEvent): void {
    this.latestEvent.set(event);
    if (event.kind === "missed") {
      this.reload();
      return;
    }
    announce(`${event.instance?.name ?? `Fleet ${event.fleet ?? ""}`}: ${event.kind}.`);
    if (event.instance !== undefined) {
      this.#changed.add(event.instance.id);
    }
    if (event.fleet !== undefined && event.instance === undefined) {
      this.#mustList = true;
    }
    this.#plan();
  }

  #plan(): void {
    if (this.#timer === undefined && !this.#isLoading && !this.#abort.signal.aborted) {
      this.#timer = setTimeout(() => void this.#load(), batchMs);
    }
  }

  async #load(): Promise<void> {
    this.#timer = undefined;
    this.#isLoading = true;
    const changed = [...this.#changed];
    const all = this.#mustList || changed.length > mostSingle;
    this.#changed.clear();
    this.#mustList = false;
    try {
      const { changes, isComplete } = await (all
        ? loadAll(this.calls, this.snapshot.value)
        : loadSome(this.calls, this.snapshot.value, changed));
      this.#mustList ||= !isComplete;
      this.#update(changes);
    } catch (error) {
      // The regular reload tries again, and the next connection.
      this.#update({ problem: error instanceof Error ? error.message : String(error) });
    }
    this.#isLoading = false;
    if (this.#isOutdated()) {
      this.#plan();
    }
  }

  #isOutdated(): boolean {
    return this.#changed.size > 0 || this.#mustList;
  }

  #update(changes: Partial<Snapshot>): void {
    this.snapshot.set({ ...this.snapshot.value, ...changes });
  }
}
