import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { MccError } from "../../../protocol/error";
import type { Fleet, FleetSummary } from "../../../protocol/methods/fleet";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { userDataDigest } from "../../../protocol/methods/user-data";
import { carries } from "../../support/labels";
import { endsWithin, untilAborted } from "../../support/time-limits";
import type { Leased } from "../lifetimes/lifetime";
import { confirmed, isConfirmedAs, isLeftBy, newClaim, released } from "../ownership/claim";
import { FleetApplication } from "./apply";
import type { FleetCatalog } from "./catalog";
import type { FleetContext } from "./context";
import { FleetDestruction } from "./destroy";
import { ManagedFleet } from "./fleet";
import type { FleetLife, FleetRecord, FleetSpec } from "./record";
import { refuseImpossible, refuseOtherName, refuseOthersFleet } from "./refusals";

/** The life of fleets: what the `fleet.*` methods do. */
export class Fleets {
  readonly #context: FleetContext;
  readonly #destruction: FleetDestruction;
  readonly #application: FleetApplication;

  constructor(context: FleetContext) {
    this.#context = context;
    this.#destruction = new FleetDestruction(context);
    this.#application = new FleetApplication(context, this.#destruction);
  }

  get catalog(): FleetCatalog {
    return this.#context.fleets;
  }

  /** Resolves once the intent is recorded. A change that is under way with another aim is awaited first. */
  async apply(parameters: ParsedParameters<"fleet.apply">): Promise<FleetSummary> {
    const spec = specOf(parameters);
    refuseImpossible(spec);
    const { name: fleetName, uid, serverId } = parameters;
    if (uid !== undefined) {
      // Before it is said of another server what that lacks.
      this.#context.fleets.get({ fleet: fleetName, uid, serverId });
    }
    for (;;) {
      await this.#context.beginning.check(spec);
      await this.#context.instances.refresh(this.#context.driver);
      if (uid === undefined) {
        const { claims, fleetRecords } = this.#context;
        const made = await claims.takeUp(
          parameters,
          () => this.#madeBy(parameters),
          (left) => fleetRecords.save(left),
        );
        refuseOtherName(made, fleetName);
        await this.#release(parameters);
      }
      // From here to the change nothing waits, so that of two requests only one gets past, and none an end.
      this.#context.beginning.refuseClosed();
      const fleet = this.#toChange(parameters, spec);
      const lived = this.#lifeOf(parameters);
      if (isDeepStrictEqual(fleet.change?.spec, spec)) {
        await fleet.change?.recorded;
        await fleet.amend(this.#context.fleetRecords, lived);
        return this.#summarise(fleet);
      }
      if (fleet.change !== undefined) {
        await fleet.outcome.catch(() => undefined);
      } else if (fleet.isLeaving) {
        await this.#destruction.destroy(fleet);
      } else {
        await this.#application.begin(fleet, spec, lived);
        return this.#summarise(fleet);
      }
    }
  }

  async get(target: ParsedParameters<"fleet.get">): Promise<Fleet> {
    await this.#context.instances.refresh(this.#context.driver);
    const fleet = this.#context.fleets.get(target);
    return { ...this.#summarise(fleet), members: fleet.describeMembers() };
  }

  async confirm({ owner, ...target }: ParsedParameters<"fleet.confirm">): Promise<Fleet> {
    const fleet = this.#context.fleets.get(target);
    if (!isConfirmedAs(fleet.record, owner)) {
      await fleet.amend(this.#context.fleetRecords, confirmed(owner));
    }
    return await this.get(target);
  }

  async list({ labels = {} }: ParsedParameters<"fleet.list">): Promise<FleetSummary[]> {
    await this.#context.instances.refresh(this.#context.driver);
    return this.#context.fleets
      .all()
      .filter(({ record }) => carries(record.spec.labels, labels))
      .map((fleet) => this.#summarise(fleet));
  }

  /**
   * @param signal ends the wait. Default: it never comes.
   * @throws MccError what the last change failed with; the signal's reason.
   */
  async wait(
    { timeoutSeconds, ...target }: ParsedParameters<"fleet.wait">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MethodResult<"fleet.wait">> {
    const fleet = this.#context.fleets.getAwaited(target);
    const done = await untilAborted(signal, () => endsWithin(timeoutSeconds * 1000, outcomeOf(fleet)));
    return { done, fleet: this.#summarise(fleet) };
  }

  async extend({ ttlSeconds, ...target }: ParsedParameters<"fleet.extend">): Promise<FleetSummary> {
    const { fleets, reaper, fleetRecords } = this.#context;
    const fleet = fleets.get(target);
    if (fleet.isLeaving) {
      throw new MccError("conflict", `Fleet "${fleet.name}" is on its way out and can only be destroyed.`);
    }
    const seconds = ttlSeconds ?? fleet.record.ttl?.seconds;
    if (seconds === undefined) {
      throw new MccError(
        "invalid",
        `Fleet "${fleet.name}" has no ttl to renew; give it one (ttlSeconds, mcc extend --ttl TIME ${fleet.name}).`,
      );
    }
    await fleet.amend(fleetRecords, { ttl: reaper.grant(seconds) });
    return this.#summarise(fleet);
  }

  async destroy(target: ParsedParameters<"fleet.destroy">): Promise<MethodResult<"fleet.destroy">> {
    const fleet = this.#context.fleets.find(target);
    return { destroyed: fleet === undefined ? 0 : await this.#destruction.destroy(fleet) };
  }

  /** Those that the daemon is to destroy by itself some time. */
  leased(): Leased[] {
    return this.#context.fleets
      .all()
      .filter(({ record }) => record.ttl !== undefined || record.lease !== undefined)
      .map((fleet) => ({
        uid: fleet.record.uid,
        title: `fleet "${fleet.name}"`,
        ttl: fleet.record.ttl,
        lease: fleet.record.lease,
        destroy: (why) => this.#destruction.destroy(fleet, why),
      }));
  }

  /** Tries to see off, until it works, what could not be cleared away at the start. */
  retryDestroying(fleets: readonly ManagedFleet[]): void {
    fleets.forEach((fleet) => this.#destruction.retry(fleet));
  }

  /** Waits until no change is under way: when instances are closed, none goes on for long. */
  async close(): Promise<void> {
    this.#destruction.close();
    await Promise.all(
      this.#context.fleets
        .all()
        .map(({ outcome, destruction }) => Promise.allSettled([outcome, destruction])),
    );
  }

  get #simulated(): boolean {
    return this.#context.driver.capabilities.simulated;
  }

  #summarise(fleet: ManagedFleet): FleetSummary {
    return { ...fleet.summarise(this.#simulated), ...this.#context.reaper.describe(fleet.record) };
  }

  /** Records of all fleets. */
  records(): FleetRecord[] {
    return this.#context.fleets.all().map(({ record }) => record);
  }

  /** The fleet that the client token made. Those who know no attempts may use one for fleets of several names. */
  #madeBy({
    name,
    clientToken,
    attempt,
    replaces,
  }: ParsedParameters<"fleet.apply">): ManagedFleet | undefined {
    return clientToken === undefined
      ? undefined
      : this.#context.fleets
          .all()
          .find(
            ({ record, isLeaving }) =>
              record.clientToken === clientToken &&
              (attempt !== undefined || record.name === name) &&
              record.uid !== replaces &&
              !isLeaving,
          );
  }

  /** What runs on without an owner, as this is made in its place. */
  async #release({ replaces, owner }: ParsedParameters<"fleet.apply">): Promise<void> {
    const { fleets, fleetRecords } = this.#context;
    const left = fleets.all().filter(({ record }) => record.uid === replaces || isLeftBy(record, owner));
    for (const fleet of left) {
      await fleet.amend(fleetRecords, released(fleet.record));
    }
  }

  /**
   * The fleet that is meant, or a new one.
   *
   * @throws MccError `not-found` when one is meant that was made earlier, `conflict` for somebody else's.
   */
  #toChange(parameters: ParsedParameters<"fleet.apply">, spec: FleetSpec): ManagedFleet {
    const { fleets, instances } = this.#context;
    const { name, uid, serverId, clientToken } = parameters;
    const fleet = fleets.find({ fleet: name, serverId });
    if (uid !== undefined) {
      return fleets.get({ fleet: name, uid });
    }
    if (fleet !== undefined) {
      refuseOthersFleet(fleet, clientToken);
      if (this.#madeBy(parameters) !== undefined) {
        this.#context.claims.refuseOthers(fleet, parameters);
      }
      return fleet;
    }
    const identity = { uid: randomBytes(16).toString("hex"), name, ...newClaim(parameters) };
    return new ManagedFleet(
      { phase: "creating", ...identity, createdAt: new Date().toISOString(), spec },
      () => instances.ofFleet(name),
    );
  }

  /** How long the fleet lives from now on. @throws MccError `not-found` for a lease that is not open. */
  #lifeOf({ ttlSeconds, lease }: ParsedParameters<"fleet.apply">): FleetLife {
    const { reaper, leases } = this.#context;
    return {
      lease: lease === undefined ? undefined : leases.require(lease),
      ttl: ttlSeconds === undefined ? undefined : reaper.grant(ttlSeconds),
    };
  }
}

/** How the last of the changes ended, should another be asked for meanwhile. */
async function outcomeOf(fleet: ManagedFleet): Promise<void> {
  do {
    await fleet.outcome;
  } while (fleet.change !== undefined);
}

/** Without which fleet is meant, and how long it lives. */
function specOf(parameters: ParsedParameters<"fleet.apply">): FleetSpec {
  const { count, image, type, keys, labels, addresses, waitFor, readyTimeoutSeconds } = parameters;
  const { userData, hideOutput, maxUnavailable, keepOnFailure } = parameters;
  return {
    ...{ count, image, type, keys, labels, addresses, waitFor, readyTimeoutSeconds },
    ...{ userData, hideOutput, maxUnavailable, keepOnFailure },
    userDataDigest: userData === undefined ? undefined : userDataDigest(userData),
  };
}
