import { MccError } from "../../../protocol/error";
import type { Driver } from "../../driver/driver";
import { BoundedMap } from "../../support/bounded-map";
import { refuseOtherServer } from "../../support/refuse-other-server";
import type { HostNames } from "../network/host-names";
import type { ManagedInstance } from "./instance";

/** How a caller names an instance: see `target` in protocol/methods/instance.ts. */
export interface InstanceTarget {
  readonly instance: number | string;
  readonly uid?: string | undefined;
  readonly serverId?: string | undefined;
}

/** How many failures of creations are remembered for those who still wait for them. */
const rememberedFailures = 1000;

/** All instances of the daemon, in memory, and where to find one. */
export class InstanceCatalog {
  readonly #instances = new Map<number, ManagedInstance>();
  readonly #fleets = new Map<string, Set<ManagedInstance>>();
  readonly #failures = new BoundedMap<number, { uid: string; name: string; error: MccError }>(
    rememberedFailures,
  );

  /** @param hostNames is told of every instance that comes or goes. */
  constructor(
    private readonly serverId: string,
    private readonly hostNames: HostNames | undefined,
  ) {}

  all(): ManagedInstance[] {
    return [...this.#instances.values()];
  }

  /** The members of a fleet, in no order. */
  ofFleet(name: string): ManagedInstance[] {
    return [...(this.#fleets.get(name) ?? [])];
  }

  has(instance: ManagedInstance): boolean {
    return this.#instances.get(instance.id) === instance;
  }

  add(instance: ManagedInstance): void {
    this.#instances.set(instance.id, instance);
    const { fleet } = instance.record;
    if (fleet !== undefined) {
      this.#fleets.set(fleet.name, (this.#fleets.get(fleet.name) ?? new Set()).add(instance));
    }
    this.hostNames?.set(instance.record);
  }

  /** @param error what its create failed with, kept for a while for those who wait for the instance. */
  remove(instance: ManagedInstance, error?: MccError): void {
    this.#instances.delete(instance.id);
    this.#removeFromFleet(instance);
    this.hostNames?.delete(instance.record);
    if (error !== undefined) {
      const { uid, name } = instance.record;
      this.#failures.set(instance.id, { uid, name, error });
    }
  }

  #removeFromFleet(instance: ManagedInstance): void {
    const name = instance.record.fleet?.name ?? "";
    const members = this.#fleets.get(name);
    members?.delete(instance);
    if (members?.size === 0) {
      this.#fleets.delete(name);
    }
  }

  /** What the token made, unless that has another owner by now. */
  byToken(clientToken: string): ManagedInstance | undefined {
    return this.all().find((instance) => instance.record.clientToken === clientToken);
  }

  /** @throws MccError `conflict` when the target is of another server. */
  find(target: InstanceTarget): ManagedInstance | undefined {
    refuseOtherServer(`instance ${show(target)}`, target.serverId, this.serverId);
    const instance =
      typeof target.instance === "number"
        ? this.#instances.get(target.instance)
        : this.all().find((candidate) => candidate.record.name === target.instance);
    return target.uid === undefined || instance?.record.uid === target.uid ? instance : undefined;
  }

  /** @throws MccError `not-found`. */
  get(target: InstanceTarget): ManagedInstance {
    const instance = this.find(target);
    if (instance === undefined) {
      throw new MccError(
        "not-found",
        `No instance ${show(target)} on this server; instance.list (mcc list-instances -a) shows those there are.`,
      );
    }
    return instance;
  }

  /** The instance, for who waits for its creation. @throws MccError what that failed with; else as `get` does. */
  getAwaited(target: InstanceTarget): ManagedInstance {
    const error = this.find(target) === undefined ? this.#failureOf(target) : undefined;
    if (error !== undefined) {
      throw error;
    }
    return this.get(target);
  }

  /** Of what is gone, the latest that the target can mean. */
  #failureOf({ instance, uid }: InstanceTarget): MccError | undefined {
    const found = [...this.#failures].findLast(
      ([id, failed]) => (id === instance || failed.name === instance) && (uid ?? failed.uid) === failed.uid,
    );
    return found?.[1].error;
  }

  /** One look at the engine for all: who runs, who is gone. */
  async refresh(driver: Driver): Promise<void> {
    const before = this.all()
      .filter(({ record }) => record.phase === "created" || record.phase === "failed")
      .map((instance) => ({ instance, version: instance.version }));
    const containers = new Map((await driver.list()).map((container) => [container.id, container]));
    for (const { instance, version } of before) {
      // Work on it that has begun or ended since knows better than this look.
      if (instance.version === version && version % 2 === 0) {
        const container = containers.get(instance.id);
        instance.lost = container === undefined;
        instance.running = container?.running ?? false;
      }
    }
  }
}

function show({ instance }: InstanceTarget): string {
  return typeof instance === "number" ? String(instance) : `"${instance}"`;
}
