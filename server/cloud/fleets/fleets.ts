import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { MccError } from "../../../protocol/error";
import type { EventKind } from "../../../protocol/methods/event";
import type { Fleet as FleetResult, FleetSummary } from "../../../protocol/methods/fleet";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { userDataDigest } from "../../../protocol/methods/values/user-data";
import { carries } from "../../support/labels";
import { endsWithin, untilAborted } from "../../support/time-limits";
import { accountOf, newAccount } from "../access/account";
import type { Caller } from "../access/caller";
import type { ShownFailure } from "../access/hidden-output";
import { isOf, isOpenTo } from "../access/rights";
import type { Leased } from "../lifetimes/lifetime";
import { requireIsolable } from "../network/network-group";
import { confirmed, isConfirmedAs, isLeftBy, newClaim, released } from "../ownership/claim";
import { FleetApplication } from "./apply";
import type { FleetCatalog } from "./catalog";
import type { FleetContext } from "./context";
import { describeMembers, summariseFleet } from "./describe";
import type { FleetDestruction } from "./destroy";
import { Fleet } from "./fleet";
import { memberNames } from "./members";
import type { FleetLife, FleetRecord, FleetSpec } from "./record";
import { refuseImpossible, refuseLeaving, refuseOtherName, refuseOthersFleet } from "./refusals";
import { updateFleet } from "./update";

/** The life of fleets: what the `fleet.*` methods do. */
export class Fleets {
  readonly #context: FleetContext;
  readonly #destruction: FleetDestruction;
  readonly #application: FleetApplication;

  constructor(context: FleetContext, destruction: FleetDestruction) {
    this.#context = context;
    this.#destruction = destruction;
    this.#application = new FleetApplication(context, destruction);
  }

  get catalog(): FleetCatalog {
    return this.#context.fleets;
  }

  /** Resolves once the intent is recorded. Waits first for a change that is under way to another desired state. */
  async apply(caller: Caller, parameters: ParsedParameters<"fleet.apply">): Promise<FleetSummary> {
    const spec = specOf(parameters);
    refuseImpossible(spec);
    const { name: fleetName, uid, serverId } = parameters;
    if (uid !== undefined) {
      // First, because the other checks would report what another server lacks.
      this.#context.fleets.get(caller, { fleet: fleetName, uid, serverId });
    }
    for (;;) {
      requireIsolable(spec, this.#context.driver.capabilities);
      await this.#context.instances.admission.check(caller, spec);
      this.#context.instances.admission.requireOpenKeys(caller, spec.keys);
      await this.#refresh();
      if (uid === undefined) {
        const made = await this.#context.claims.takeUp(
          parameters,
          () => this.#madeBy(caller, parameters),
          (left) => left.save(),
        );
        refuseOtherName(made, fleetName);
        if (this.#context.fleets.named(fleetName) === undefined) {
          // Before the owner of another fleet changes. It is checked again when the members are reserved.
          this.#application.requireQuota(caller.account, spec, []);
        }
        await this.#release(caller, parameters);
      }
      // Nothing waits from here to the change, so that of two requests only one passes, and none after `close`.
      this.#context.instances.admission.refuseClosed(caller);
      const fleet = this.#toChange(caller, parameters, spec);
      const lived = this.#lifeOf(caller, accountOf(fleet.record), parameters);
      if (isDeepStrictEqual(fleet.change?.spec, spec)) {
        await fleet.change?.recorded;
        await fleet.save(lived);
        return this.#summarise(caller, fleet);
      }
      if (fleet.change !== undefined) {
        await fleet.outcome.catch(() => undefined);
      } else if (fleet.isLeaving) {
        await this.#destruction.destroy(fleet);
      } else {
        this.#context.instances.catalog.refuseNamesOfOthers(caller, memberNames(fleetName, spec.count));
        await this.#application.begin(fleet, spec, lived);
        return this.#summarise(caller, fleet);
      }
    }
  }

  async get(caller: Caller, target: ParsedParameters<"fleet.get">): Promise<FleetResult> {
    await this.#refresh();
    const fleet = this.#context.fleets.get(caller, target);
    return { ...this.#summarise(caller, fleet), members: describeMembers(caller, fleet) };
  }

  async confirm(
    caller: Caller,
    { owner, ...target }: ParsedParameters<"fleet.confirm">,
  ): Promise<FleetResult> {
    const fleet = this.#context.fleets.get(caller, target);
    if (!isConfirmedAs(fleet.record, owner)) {
      await fleet.save(confirmed(owner));
    }
    return await this.get(caller, target);
  }

  async list(caller: Caller, { labels = {} }: ParsedParameters<"fleet.list">): Promise<FleetSummary[]> {
    await this.#refresh();
    return this.#context.fleets
      .all()
      .filter(({ record }) => isOpenTo(caller, record) && carries(record.spec.labels, labels))
      .map((fleet) => this.#summarise(caller, fleet));
  }

  /**
   * @param signal ends the wait. Default: none.
   * @throws MccError the error of the last change; the signal's reason.
   */
  async wait(
    caller: Caller,
    { timeoutSeconds, ...target }: ParsedParameters<"fleet.wait">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"fleet.wait">> {
    const fleet = this.#context.fleets.getAwaited(caller, target);
    const done = await untilAborted(signal, () => endsWithin(timeoutSeconds * 1000, outcomeOf(fleet)));
    return { done, fleet: this.#summarise(caller, fleet) };
  }

  async extend(
    caller: Caller,
    { ttlSeconds, ...target }: ParsedParameters<"fleet.extend">,
  ): Promise<FleetSummary> {
    const { fleets, lifetimes, quotas } = this.#context;
    const fleet = fleets.get(caller, target);
    refuseLeaving(fleet, "extended");
    const term = ttlSeconds === undefined ? fleet.record.ttl : { seconds: ttlSeconds };
    if (term === undefined) {
      throw new MccError(
        "invalid",
        `Fleet "${fleet.name}" has no TTL to extend; give it one (mcc extend --ttl TIME ${fleet.name}).`,
      );
    }
    quotas.requireTtl(accountOf(fleet.record), term.seconds);
    await fleet.save({ ttl: lifetimes.reaper.grant(term) });
    this.#tell("extended", fleet);
    return this.#summarise(caller, fleet);
  }

  async update(caller: Caller, parameters: ParsedParameters<"fleet.update">): Promise<FleetSummary> {
    return this.#summarise(caller, await updateFleet(this.#context, this.#application, caller, parameters));
  }

  async destroy(
    caller: Caller,
    target: ParsedParameters<"fleet.destroy">,
  ): Promise<MethodResult<"fleet.destroy">> {
    const fleet = this.#context.fleets.find(caller, target);
    return { destroyed: fleet === undefined ? 0 : await this.#destruction.destroy(fleet) };
  }

  /** Returns the fleets with a TTL or a lease. */
  leased(): Leased[] {
    return this.#context.fleets
      .all()
      .filter(({ record }) => record.ttl !== undefined || record.lease !== undefined)
      .map((fleet) => ({
        uid: fleet.record.uid,
        title: `fleet "${fleet.name}"`,
        method: "fleet.destroy",
        subject: { fleet: fleet.name, uid: fleet.record.uid },
        ttl: fleet.record.ttl,
        lease: fleet.record.lease,
        destroy: async (why) => {
          this.#tell("expired", fleet, { text: why, quotes: false });
          return await this.#destruction.destroy(fleet, why);
        },
      }));
  }

  /** Waits until no change is under way. After `Instances.close` none takes long. */
  async close(): Promise<void> {
    this.#destruction.close();
    await Promise.all(
      this.#context.fleets
        .all()
        .map(({ outcome, destruction }) => Promise.allSettled([outcome, destruction])),
    );
  }

  #tell(kind: EventKind, { name, record }: Fleet, reason?: ShownFailure): void {
    const { account, spec } = record;
    this.#context.events.tellOfFleet(kind, { name, account, labels: spec.labels }, reason);
  }

  #summarise(caller: Caller, fleet: Fleet): FleetSummary {
    const { driver, lifetimes } = this.#context;
    return {
      ...summariseFleet(caller, fleet, driver.capabilities.simulated),
      ...lifetimes.reaper.describe(fleet.record),
    };
  }

  async #refresh(): Promise<void> {
    await this.#context.instances.catalog.refresh(this.#context.driver);
  }

  /** Returns the records of all fleets. */
  records(): FleetRecord[] {
    return this.#context.fleets.all().map(({ record }) => record);
  }

  /** Returns the fleet that the client token created. Clients without attempts may use one for fleets of several names. */
  #madeBy(
    caller: Caller,
    { name, clientToken, attempt, replaces }: ParsedParameters<"fleet.apply">,
  ): Fleet | undefined {
    return clientToken === undefined
      ? undefined
      : this.#context.fleets
          .all()
          .find(
            ({ record, isLeaving }) =>
              record.clientToken === clientToken &&
              isOf(caller, record) &&
              (attempt !== undefined || record.name === name) &&
              record.uid !== replaces &&
              !isLeaving,
          );
  }

  /** Removes the owner of a fleet that keeps running while this one is created in its place. */
  async #release(caller: Caller, { replaces, owner }: ParsedParameters<"fleet.apply">): Promise<void> {
    const { fleets } = this.#context;
    const left = fleets
      .all()
      .filter(({ record }) => isOf(caller, record) && (record.uid === replaces || isLeftBy(record, owner)));
    for (const fleet of left) {
      await fleet.save(released(fleet.record));
    }
  }

  /**
   * Returns the existing fleet, or a new one.
   *
   * @throws MccError `not-found` for a `uid` that does not exist, `conflict` for a fleet of another owner.
   */
  #toChange(caller: Caller, parameters: ParsedParameters<"fleet.apply">, spec: FleetSpec): Fleet {
    const { fleets, store, instances } = this.#context;
    const { name, uid, serverId, clientToken } = parameters;
    fleets.requireServer({ fleet: name, serverId });
    if (uid !== undefined) {
      return fleets.get(caller, { fleet: name, uid });
    }
    const fleet = fleets.named(name);
    if (fleet !== undefined) {
      refuseOthersFleet(caller, fleet, clientToken);
      if (this.#madeBy(caller, parameters) !== undefined) {
        this.#context.claims.refuseOthers(fleet, parameters);
      }
      return fleet;
    }
    const identity = {
      uid: randomBytes(16).toString("hex"),
      name,
      ...newAccount(caller.account),
      ...newClaim(parameters),
    };
    return new Fleet(
      { phase: "creating", ...identity, createdAt: new Date().toISOString(), spec },
      store,
      () => instances.catalog.ofFleet(name),
    );
  }

  /** Returns the fleet's TTL and lease from now on. @throws MccError `not-found` for a lease that is not open. */
  #lifeOf(caller: Caller, account: string, parameters: ParsedParameters<"fleet.apply">): FleetLife {
    const { reaper, leases } = this.#context.lifetimes;
    const { lease } = parameters;
    const term = this.#context.quotas.termOf(account, parameters);
    return {
      lease: lease === undefined ? undefined : leases.require(caller, lease),
      ttl: term && reaper.grant(term),
    };
  }
}

/** Waits for the last change, also if another begins in the meantime. */
async function outcomeOf(fleet: Fleet): Promise<void> {
  do {
    await fleet.outcome;
  } while (fleet.change !== undefined);
}

/** Returns the desired state: the parameters without identity and lifetime. */
function specOf(parameters: ParsedParameters<"fleet.apply">): FleetSpec {
  const { count, image, type, keys, labels, addresses, waitFor, readyTimeoutSeconds } = parameters;
  const { userData, hideOutput, maxUnavailable, keepOnFailure, isolate, member, group } = parameters;
  return {
    count,
    image,
    type,
    keys,
    labels,
    addresses,
    waitFor,
    readyTimeoutSeconds,
    userData,
    hideOutput,
    maxUnavailable,
    keepOnFailure,
    isolate,
    member,
    group,
    userDataDigest: userData === undefined ? undefined : userDataDigest(userData),
  };
}
