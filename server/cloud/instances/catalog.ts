import { MccError } from "../../../protocol/error";
import type { Container, Driver } from "../../driver/driver";
import { BoundedMap } from "../../support/bounded-map";
import { refuseOtherServer } from "../../support/refuse-other-server";
import type { Caller } from "../access/caller";
import { isOf, requireOwn } from "../access/rights";
import type { Events } from "../events/events";
import type { HostNames } from "../network/host-names";
import { whyLost } from "./describe";
import type { Instance } from "./instance";
import type { InstanceRecord } from "./records/record";
import { whyUnreachable } from "./unreachable";

/** How a caller names an instance: see `target` in protocol/methods/instance.ts. */
export interface InstanceTarget {
  readonly instance: number | string;
  readonly uid?: string | undefined;
  readonly serverId?: string | undefined;
}

/** How many instances whose creation failed are remembered, for clients that still wait for them. */
const mostRemembered = 1000;

/** All instances of the daemon, in memory, and where to find one. */
export class InstanceCatalog {
  readonly #instances = new Map<number, Instance>();
  readonly #fleets = new Map<string, Set<Instance>>();
  /** Instances that are gone because their creation failed, by id. */
  readonly #unmade = new BoundedMap<number, Instance>(mostRemembered);

  readonly #whenReachable: ((instance: Instance) => void)[] = [];
  readonly #whenListed: ((containers: ReadonlyMap<number, Container>) => void)[] = [];

  /**
   * @param hostNames is told of every instance that is added or removed.
   * @param events is told of every instance whose member stops or begins to answer.
   */
  constructor(
    private readonly serverId: string,
    private readonly hostNames: HostNames | undefined,
    private readonly events: Pick<Events, "tell">,
  ) {}

  /** @param listener is told of each instance whose member answers again. */
  whenReachable(listener: (instance: Instance) => void): void {
    this.#whenReachable.push(listener);
  }

  /** Calls the listener with all containers whenever the engine listed them. */
  whenListed(listener: (containers: ReadonlyMap<number, Container>) => void): void {
    this.#whenListed.push(listener);
  }

  all(): Instance[] {
    return [...this.#instances.values()];
  }

  /** The members of a fleet, in no order. */
  ofFleet(name: string): Instance[] {
    return [...(this.#fleets.get(name) ?? [])];
  }

  has(instance: Instance): boolean {
    return this.#instances.get(instance.id) === instance;
  }

  add(instance: Instance): void {
    this.#instances.set(instance.id, instance);
    const { fleet } = instance.record;
    if (fleet !== undefined) {
      this.#fleets.set(fleet.name, (this.#fleets.get(fleet.name) ?? new Set()).add(instance));
    }
    this.hostNames?.set(instance.record);
  }

  remove(instance: Instance): void {
    this.#instances.delete(instance.id);
    this.#removeFromFleet(instance);
    this.hostNames?.delete(instance.record);
  }

  /** Removes an instance whose creation failed, and remembers it for clients that wait for it. */
  removeUnmade(instance: Instance): void {
    this.remove(instance);
    this.#unmade.set(instance.id, instance);
  }

  #removeFromFleet(instance: Instance): void {
    const name = instance.record.fleet?.name ?? "";
    const members = this.#fleets.get(name);
    members?.delete(instance);
    if (members?.size === 0) {
      this.#fleets.delete(name);
    }
  }

  /** Returns what the account made with the client token, unless that has another owner by now. */
  byToken(caller: Pick<Caller, "account">, clientToken: string): Instance | undefined {
    return this.all().find(({ record }) => record.clientToken === clientToken && isOf(caller, record));
  }

  /**
   * Refuses names that instances of other accounts have. Other names are checked when they are reserved.
   *
   * @throws MccError `conflict` that does not tell whose it is, for a caller with the role `user`.
   */
  refuseNamesOfOthers(caller: Caller, names: Iterable<string>): void {
    const wanted = new Set(names);
    const taken =
      caller.role === "user" &&
      this.all().find(({ record }) => wanted.has(record.name) && !isOf(caller, record));
    if (taken) {
      throw new MccError(
        "conflict",
        `The name "${taken.record.name}" is taken by an instance of another account; choose another name. If it comes from a stack with the same project and name, give your stack a namespace of its own (pulumi config set minicloud:namespace NAME).`,
      );
    }
  }

  byId(id: number): Instance | undefined {
    return this.#instances.get(id);
  }

  /**
   * Finds an instance for a caller.
   *
   * @throws MccError `conflict` when the target is of another server; `forbidden` for an instance of another account.
   */
  find(caller: Caller, target: InstanceTarget): Instance | undefined {
    refuseOtherServer(`instance ${show(target)}`, target.serverId, this.serverId);
    const instance =
      typeof target.instance === "number"
        ? this.#instances.get(target.instance)
        : this.all().find((candidate) => candidate.record.name === target.instance);
    if (instance === undefined || (target.uid !== undefined && instance.record.uid !== target.uid)) {
      return undefined;
    }
    requireOwn(caller, instance.record, `Instance ${show(target)}`);
    return instance;
  }

  /** @throws MccError `not-found`; as `find` does. */
  get(caller: Caller, target: InstanceTarget): Instance {
    const instance = this.find(caller, target);
    if (instance === undefined) {
      throw this.notFound(target);
    }
    return instance;
  }

  notFound(target: InstanceTarget): MccError {
    return new MccError(
      "not-found",
      `No instance ${show(target)} on this server; mcc list-instances -a shows the existing ones.`,
    );
  }

  /**
   * Returns the instance, for a client that waits for its creation: also one that is gone because its creation failed.
   *
   * @throws as `get` does.
   */
  getAwaited(caller: Caller, target: InstanceTarget): Instance {
    const found = this.find(caller, target) ?? this.#findUnmade(target) ?? this.get(caller, target);
    requireOwn(caller, found.record, `Instance ${show(target)}`);
    return found;
  }

  /** Returns the latest that the target can mean. */
  #findUnmade({ instance, uid }: InstanceTarget): Instance | undefined {
    const found = [...this.#unmade].findLast(
      ([id, { record }]) =>
        (id === instance || record.name === instance) && (uid ?? record.uid) === record.uid,
    );
    return found?.[1];
  }

  /** Asks the engine once for all: which instances run, and which it no longer has. */
  async refresh(driver: Pick<Driver, "list">): Promise<void> {
    const looks = this.all()
      .filter(({ record, failure }) => isSettled(record.phase) || failure !== undefined)
      .map((instance) => ({ instance, end: instance.beginLook() }));
    const containers = new Map((await driver.list()).map((container) => [container.id, container]));
    for (const { instance, end } of looks) {
      const before = { status: instance.status, isLost: instance.isLost };
      end(containers.get(instance.id));
      this.#tellOfLoss(instance, before);
    }
    this.#whenListed.forEach((listener) => listener(containers));
  }

  #tellOfLoss(instance: Instance, before: Pick<Instance, "status" | "isLost">): void {
    const { record, status, isLost } = instance;
    if (isLost && !before.isLost) {
      this.events.tell("failed", record, { text: whyLost, quotes: false });
    } else if (status === "unreachable" && before.status !== "unreachable") {
      this.events.tell("unreachable", record, { text: whyUnreachable(instance), quotes: false });
    } else if (status !== "unreachable" && before.status === "unreachable") {
      this.events.tell("reachable", record);
      this.#whenReachable.forEach((listener) => listener(instance));
    }
  }
}

/** What is being created or destroyed is what its work says of it, unless that failed. */
function isSettled(phase: InstanceRecord["phase"]): boolean {
  return phase === "created" || phase === "failed";
}

function show({ instance }: InstanceTarget): string {
  return typeof instance === "number" ? String(instance) : `"${instance}"`;
}
