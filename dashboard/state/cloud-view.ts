import type { MinicloudEvent } from "../../protocol/types/event";
import type { FleetSummary } from "../../protocol/types/fleet";
import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import type { ServerInfo } from "../../protocol/types/server";
import type { Call, Calls } from "../connection/calls";
import { followEvents } from "../connection/follow-events";
import { DaemonError } from "../connection/requests";
import { announce } from "./announcements";
import { Observable } from "./observable";
import { UsageView } from "./usage-view";

/** What the daemon has. Objects that did not change are the same ones as before, so that their rows are not drawn again. */
export interface Snapshot {
  readonly instances: ReadonlyMap<number, Instance>;
  readonly fleets: ReadonlyMap<string, FleetSummary>;
  readonly types: ReadonlyMap<string, InstanceType>;
  readonly info: ServerInfo | undefined;
  /** The daemon's time minus this machine's, in milliseconds. */
  readonly clockDifferenceMs: number;
  readonly isConnected: boolean;
  /** Why the lists cannot be loaded; undefined if they can. */
  readonly problem: string | undefined;
}

const nothing: Snapshot = {
  instances: new Map(),
  fleets: new Map(),
  types: new Map(),
  info: undefined,
  clockDifferenceMs: 0,
  isConnected: false,
  problem: undefined,
};

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
      await (all ? this.#loadAll() : this.#loadSome(changed));
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

  async #loadAll(): Promise<void> {
    const results = await this.calls.all([
      { method: "server.info", parameters: {} },
      { method: "type.list", parameters: {} },
      { method: "instance.list", parameters: {} },
      { method: "fleet.list", parameters: {} },
    ]);
    const failed = results.find((result) => result instanceof DaemonError);
    if (failed !== undefined) {
      throw failed;
    }
    const [info, types, instances, fleets] = results as [
      ServerInfo,
      InstanceType[],
      Instance[],
      FleetSummary[],
    ];
    const earlier = this.snapshot.value;
    this.#update({
      info,
      types: new Map(types.map((type) => [type.name, type])),
      instances: new Map(instances.map((one) => [one.id, sameOr(earlier.instances.get(one.id), one)])),
      fleets: new Map(fleets.map((one) => [one.name, sameOr(earlier.fleets.get(one.name), one)])),
      clockDifferenceMs: Date.parse(info.now) - Date.now(),
      problem: undefined,
    });
  }

  async #loadSome(ids: readonly number[]): Promise<void> {
    const gets = ids.map((id): Call => ({ method: "instance.get", parameters: { instance: id } }));
    const [fleets, ...results] = await this.calls.all([{ method: "fleet.list", parameters: {} }, ...gets]);
    const earlier = this.snapshot.value;
    const instances = new Map(earlier.instances);
    results.forEach((result, index) => {
      const id = ids[index] ?? 0;
      if (!(result instanceof DaemonError)) {
        instances.set(id, sameOr(instances.get(id), result as Instance));
      } else if (result.code === "not-found") {
        instances.delete(id);
      } else {
        this.#mustList = true;
      }
    });
    const list = fleets instanceof DaemonError ? [...earlier.fleets.values()] : (fleets as FleetSummary[]);
    this.#update({
      instances,
      fleets: new Map(list.map((one) => [one.name, sameOr(earlier.fleets.get(one.name), one)])),
    });
  }

  #update(changes: Partial<Snapshot>): void {
    this.snapshot.set({ ...this.snapshot.value, ...changes });
  }
}

function sameOr<T>(earlier: T | undefined, now: T): T {
  return earlier !== undefined && JSON.stringify(earlier) === JSON.stringify(now) ? earlier : now;
}
