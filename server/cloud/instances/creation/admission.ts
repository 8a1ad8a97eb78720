import { randomBytes } from "node:crypto";
import { MccError, messageOf } from "../../../../protocol/error";
import type { FleetPlace } from "../../../../protocol/methods/instance";
import type { ParsedParameters } from "../../../../protocol/methods/method-table";
import { userDataDigest } from "../../../../protocol/methods/values/user-data";
import { because } from "../../../support/because";
import { newAccount } from "../../access/account";
import type { Caller } from "../../access/caller";
import { isOf } from "../../access/rights";
import type { HeldLease, Term } from "../../lifetimes/lifetime";
import { scopeOf } from "../../network/host-names";
import { networkGroupOf, requireIsolable } from "../../network/network-group";
import { isLeftBy, newClaim, released } from "../../ownership/claim";
import { placementOf } from "../../placement/placements";
import type { Reservation, Wanted } from "../../reservations/reservations";
import type { InstanceCatalog } from "../catalog";
import type { InstanceContext } from "../context";
import type { InstanceDestruction } from "../destroy";
import { Instance } from "../instance";
import type { Outcome } from "../outcome";
import type { InstanceRecord } from "../records/record";
import { refuseUnreachable } from "../unreachable";
import type { PooledInstance } from "../warm/pooled-instance";
import type { WarmPools } from "../warm/warm-pools";
import { createInstance } from "./create";
import { makeHostKey } from "./host-key";
import { refuseOtherProperties } from "./refuse-other-properties";

/** Parameters of a creation that `instance.create` does not have: for the `openvz.*` methods and for fleets. */
export interface CreationExtras {
  /** Lines of authorized_keys in addition to the named keys. */
  readonly publicKeys?: readonly string[];
  /** Default: as the parameters say. */
  readonly hostname?: (id: number) => string;
  readonly fleet?: FleetPlace;
  /** The instances that it reaches. Default: as the parameters say. */
  readonly networkGroup?: string | undefined;
  /** Default: no lease. */
  readonly lease?: HeldLease | undefined;
  /** Default: no TTL. */
  readonly term?: Term | undefined;
}

type Creation = ParsedParameters<"instance.create">;

/** The id, name and address of a new instance. */
export interface Place {
  readonly reservation: Reservation;
  /** An instance that was started ahead and has this id and address. Default: its container is new. */
  readonly pooled?: PooledInstance | undefined;
}

/** Admits new instances: checks, reserves and records what a client asks for, then has it created. */
export class InstanceAdmission {
  readonly #context: InstanceContext;
  readonly #catalog: InstanceCatalog;
  readonly #destruction: InstanceDestruction;
  readonly #pools: WarmPools;
  /** The instances that claim one which was started ahead. */
  readonly #pooled = new WeakMap<Instance, PooledInstance>();
  #closed = false;

  constructor(
    context: InstanceContext,
    catalog: InstanceCatalog,
    destruction: InstanceDestruction,
    pools: WarmPools,
  ) {
    this.#context = context;
    this.#catalog = catalog;
    this.#destruction = destruction;
    this.#pools = pools;
  }

  /** Refuses new instances from now on. */
  close(): void {
    this.#closed = true;
  }

  /**
   * @param caller whose token may have been revoked while the call waited. Default: the daemon itself.
   * @throws MccError `unavailable` after `close`, `unauthenticated`.
   */
  refuseClosed({ revoked }: Pick<Caller, "revoked"> = {}): void {
    revoked?.throwIfAborted();
    if (this.#closed) {
      throw new MccError(
        "unavailable",
        "The daemon is stopping and creates no more instances; start it again.",
      );
    }
  }

  /** Resolves once the intent is recorded; the instance's `ready` tells how its creation ends. */
  async begin(caller: Caller, parameters: Creation, extras: CreationExtras): Promise<Instance> {
    const { clientToken } = parameters;
    const known = await this.#ofToken(caller, parameters);
    if (known !== undefined) {
      return known;
    }
    requireIsolable(parameters, this.#context.driver.capabilities);
    await this.check(caller, parameters);
    this.requireOpenKeys(caller, parameters.keys);
    this.#context.choices.placements.requireTaker(parameters);
    // Before the owner of another instance changes. It is checked again when the instance is reserved.
    this.#requireQuota(caller, parameters);
    await this.#release(caller, parameters);
    // Nothing waits from here to the catalog, so that of two requests only one passes, and none after `close`.
    this.refuseClosed(caller);
    if (clientToken !== undefined && this.#catalog.byToken(caller, clientToken) !== undefined) {
      return await this.begin(caller, parameters, extras);
    }
    const { leases } = this.#context.lifetimes;
    const lease = parameters.lease === undefined ? undefined : leases.require(caller, parameters.lease);
    this.#catalog.refuseNamesOfOthers(caller, parameters.name === undefined ? [] : [parameters.name]);
    const term = this.#requireQuota(caller, parameters);
    const place = this.reserve(parameters);
    const instance = this.draft(caller.account, place, parameters, { ...extras, lease, term });
    this.add(instance);
    // One that was started ahead has a record on disk, which the next daemon undoes too.
    await this.create(instance, parameters, () =>
      place.pooled === undefined ? this.#record(instance) : Promise.resolve(),
    );
    return instance;
  }

  /**
   * Reserves a place for an instance: that of one which was started ahead and fits, if there is one.
   *
   * @throws MccError as `Reservations.reserve` does.
   */
  reserve(parameters: Pick<Creation, "name" | "image" | "type" | "ipAddress" | "member" | "group">): Place {
    const pooled = this.#pools.take(parameters);
    if (pooled === undefined) {
      return { reservation: this.#context.reservations.reserve(parameters) };
    }
    return this.#named(pooled, parameters.name);
  }

  /** Does so for several instances at once: for all or for none. */
  reserveAll(
    wanted: readonly (Wanted & { readonly name: string })[],
    creation: Pick<Creation, "image" | "type" | "member" | "group">,
  ): Place[] {
    const claimed = new Map<string, Place>();
    try {
      for (const { name, ipAddress } of wanted) {
        const { image, type, member, group } = creation;
        const pooled = this.#pools.take({ image, type, member, group, ipAddress });
        if (pooled !== undefined) {
          claimed.set(name, this.#named(pooled, name));
        }
      }
      const others = wanted.filter(({ name }) => !claimed.has(name));
      const reserved = this.#context.reservations.reserveAll(others);
      const byName = new Map(reserved.map((reservation) => [reservation.name, { reservation }]));
      return wanted.flatMap(({ name }): Place | [] => claimed.get(name) ?? byName.get(name) ?? []);
    } catch (error) {
      claimed.forEach((place) => this.giveBack(place));
      throw error;
    }
  }

  /** @throws MccError `conflict` for a name that is taken; the instance is then in its pool again. */
  #named(pooled: PooledInstance, name: string | undefined): Place {
    try {
      return { reservation: this.#context.reservations.nameSpare(pooled.instance.record, name), pooled };
    } catch (error) {
      this.#pools.putBack(pooled);
      throw error;
    }
  }

  /** Gives a place back before anything else was done with it. */
  giveBack({ reservation, pooled }: Place): void {
    if (pooled === undefined) {
      this.#context.reservations.release(reservation);
    } else {
      this.#context.reservations.releaseName(reservation.name);
      this.#pools.putBack(pooled);
    }
  }

  /** Does so for an instance that was drafted and not created. */
  giveBackDrafted(instance: Instance): void {
    this.giveBack({ reservation: instance.record, pooled: this.#pooled.get(instance) });
  }

  /** Returns a new instance in the phase `creating`, without its host key. It is in no catalog yet. */
  draft(
    account: string,
    { reservation, pooled }: Place,
    parameters: Creation,
    extras: CreationExtras,
  ): Instance {
    const record = this.#recordOf(account, reservation, parameters, extras);
    const uid = pooled?.instance.record.uid ?? record.uid;
    const instance = new Instance({ ...record, uid }, this.#context.state);
    if (pooled !== undefined) {
      this.#pooled.set(instance, pooled);
    }
    return instance;
  }

  /**
   * Creates a drafted instance in its turn; its `ready` tells how that ends. Resolves once the intent is recorded.
   *
   * @param record records the intent. Default: it is recorded.
   */
  async create(
    instance: Instance,
    parameters: Creation,
    record: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const pooled = this.#pooled.get(instance);
    const hostKey = pooled?.hostKey ?? makeHostKey();
    instance.setHostKey(hostKey.publicKey);
    const recorded = record();
    const vacated = (): Promise<void> => this.#pools.vacated(instance.record.ipAddress);
    this.make(instance, async () => {
      await recorded;
      return await createInstance(this.#context, instance, { hostKey, pooled, vacated }, parameters);
    });
    this.#pools.yieldTo(instance.ready);
    await recorded;
  }

  /** Adds an instance whose id, name and address are reserved. */
  add(instance: Instance): void {
    this.#catalog.add(instance);
  }

  /**
   * Runs a creation in the instance's turn. Afterwards one that was undone is removed from the catalog, and the removal of
   * one that is stuck is repeated.
   *
   * @param work throws only before it has done anything that must be undone.
   */
  make(instance: Instance, work: () => Promise<Outcome>): void {
    this.#context.events.tell("created", instance.record);
    instance.create(async () => {
      const outcome = await work();
      this.#settle(instance, outcome);
      return outcome;
    });
  }

  #settle(instance: Instance, outcome: Outcome): void {
    const { log, reservations, events } = this.#context;
    const { id, record } = instance;
    if (outcome.kind === "made") {
      events.tell("ready", record);
      log.info({ instance: id, name: record.name }, "instance created");
      return;
    }
    const { kind, error } = outcome;
    const reason = error.confidential ? { code: error.code } : { err: error };
    log.warn({ instance: id, outcome: kind, ...reason }, "instance not created");
    events.tell("failed", record, { text: error.message, quotes: error.confidential });
    if (kind === "undone") {
      this.#catalog.removeUnmade(instance);
      reservations.release(record);
      events.tell("destroyed", record);
    } else if (kind === "stuck") {
      this.#destruction.retry(instance);
    }
  }

  /**
   * Returns the instance that this token created, if the attempt may continue with it. One that is being destroyed, or
   * has failed, is destroyed first.
   */
  async #ofToken(caller: Caller, parameters: Creation): Promise<Instance | undefined> {
    const { clientToken, replaces } = parameters;
    const made = (): Instance | undefined => {
      const instance = clientToken === undefined ? undefined : this.#catalog.byToken(caller, clientToken);
      return instance?.record.uid === replaces ? undefined : instance;
    };
    const leaving = made();
    if (leaving?.isLeaving === true) {
      await this.#destruction.destroy(leaving);
      return await this.#ofToken(caller, parameters);
    }
    const instance = await this.#context.claims.takeUp(parameters, made, (found) => found.save());
    if (instance === undefined) {
      return undefined;
    }
    refuseUnreachable(instance);
    if (instance.status === "failed") {
      await this.#destruction.destroy(instance);
      return await this.#ofToken(caller, parameters);
    }
    refuseOtherProperties(instance, parameters);
    return instance;
  }

  /** Returns the TTL that the quota allows or imposes. @throws MccError `exhausted`. */
  #requireQuota({ account }: Caller, parameters: Creation): Term | undefined {
    const { quotas } = this.#context;
    quotas.require(account, { gone: [], types: [parameters.type], what: "this instance" });
    return quotas.termOf(account, parameters);
  }

  /** Removes the owner of an instance that keeps running while this one is created in its place. */
  async #release(caller: Caller, { replaces, owner }: Creation): Promise<void> {
    if (replaces === undefined && owner === undefined) {
      return;
    }
    const left = this.#catalog
      .all()
      .filter(({ record }) => isOf(caller, record) && (record.uid === replaces || isLeftBy(record, owner)));
    await Promise.all(
      left.map((instance) => instance.save((record) => ({ ...record, ...released(record) }))),
    );
  }

  /** @throws MccError `not-found` for keys that do not exist, `forbidden` for keys of another account. */
  requireOpenKeys(caller: Caller, keys: readonly string[]): void {
    this.#context.choices.keys.requireOpenTo(caller, keys);
  }

  /**
   * Checks image, type, keys and placement before anything is reserved.
   *
   * @throws MccError `not-found`, `conflict`, `invalid`.
   */
  async check(
    caller: Caller,
    { image, type, keys, member, group }: Pick<Creation, "image" | "type" | "keys" | "member" | "group">,
  ): Promise<void> {
    const { choices, driver, reservations } = this.#context;
    await choices.images.requireUsable(caller, image);
    choices.types.get(type);
    choices.keys.requireAll(caller, keys);
    await choices.placements.require({ member, group });
    reservations.setForeign(await driver.foreign());
  }

  #recordOf(
    account: string,
    reservation: Reservation,
    parameters: Creation,
    extras: CreationExtras,
  ): InstanceRecord {
    return {
      phase: "creating",
      ...reservation,
      ipv6Address: this.#context.network.ipv6AddressOf(reservation.ipAddress),
      uid: randomBytes(16).toString("hex"),
      hostname: extras.hostname?.(reservation.id) ?? parameters.hostname ?? reservation.name,
      image: parameters.image,
      type: parameters.type,
      keys: parameters.keys,
      publicKeys: [...(extras.publicKeys ?? [])],
      labels: parameters.labels,
      scope: scopeOf(parameters.labels, account),
      createdAt: new Date().toISOString(),
      sshHostKey: "",
      ...newAccount(account),
      networkGroup: extras.networkGroup ?? networkGroupOf({ account, ...parameters }),
      ...newClaim(parameters),
      waitFor: parameters.waitFor,
      hideOutput: parameters.hideOutput,
      userDataDigest: parameters.userData === undefined ? undefined : userDataDigest(parameters.userData),
      wanted: "running",
      ttl: extras.term && this.#context.lifetimes.reaper.grant(extras.term),
      lease: extras.lease,
      fleet: extras.fleet,
      placement: placementOf(parameters),
    };
  }

  /** Nothing was done yet when this fails, so the instance is only forgotten. */
  async #record(instance: Instance): Promise<void> {
    try {
      await this.#context.reservations.ids.settled();
      await instance.save();
    } catch (error) {
      this.#catalog.remove(instance);
      this.#context.reservations.release(instance.record);
      throw because(error, `The intent could not be recorded: ${messageOf(error)}`, "engine");
    }
  }
}
