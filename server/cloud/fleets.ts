import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { MccError, messageOf } from "../../protocol/error";
import type { Fleet, FleetSummary } from "../../protocol/fleet";
import type { MethodResult, ParsedParameters } from "../../protocol/method-table";
import { FleetChange } from "./fleet-change";
import type { FleetContext } from "./fleet-context";
import { FleetDestruction } from "./fleet-destruction";
import type { FleetSpec } from "./fleet-record";
import { refuseImpossible, refuseOthersFleet } from "./fleet-refusals";
import { ManagedFleet } from "./managed-fleet";

/** The life of fleets: what the `fleet.*` methods do. */
export class Fleets {
  readonly #context: FleetContext;
  readonly #destruction: FleetDestruction;

  constructor(context: FleetContext) {
    this.#context = context;
    this.#destruction = new FleetDestruction(context);
  }

  /** Resolves once the intent is recorded. A change that is under way with another aim is awaited first. */
  async apply(parameters: ParsedParameters<"fleet.apply">): Promise<FleetSummary> {
    const { name, clientToken, uid, serverId, ...spec } = parameters;
    const { fleets, instances, beginning, driver } = this.#context;
    refuseImpossible(spec);
    for (;;) {
      await beginning.check(spec);
      await instances.refresh(driver);
      // From here to the change nothing waits, so that of two requests only one gets past, and none an end.
      beginning.refuseClosed();
      const fleet = fleets.find({ fleet: name, serverId });
      if (fleet === undefined || (uid !== undefined && uid !== fleet.record.uid)) {
        return this.#summarise(await this.#make(parameters, spec));
      }
      refuseOthersFleet(fleet, parameters);
      if (isDeepStrictEqual(fleet.change?.spec, spec)) {
        await fleet.change?.recorded;
        return this.#summarise(fleet);
      }
      if (fleet.status !== "ready" && fleet.status !== "degraded") {
        await (fleet.change === undefined
          ? this.#destruction.destroy(fleet)
          : fleet.outcome.catch(() => undefined));
      } else {
        await this.#begin(fleet, spec);
        return this.#summarise(fleet);
      }
    }
  }

  async get(target: ParsedParameters<"fleet.get">): Promise<Fleet> {
    await this.#context.instances.refresh(this.#context.driver);
    return this.#context.fleets.get(target).describe(this.#simulated);
  }

  async list({ labels = {} }: ParsedParameters<"fleet.list">): Promise<FleetSummary[]> {
    await this.#context.instances.refresh(this.#context.driver);
    const wanted = Object.entries(labels);
    return this.#context.fleets
      .all()
      .filter(({ record }) => wanted.every(([key, value]) => record.spec.labels[key] === value))
      .map((fleet) => this.#summarise(fleet));
  }

  /** @throws MccError what the last change failed with. */
  async wait({
    timeoutSeconds,
    ...target
  }: ParsedParameters<"fleet.wait">): Promise<MethodResult<"fleet.wait">> {
    const fleet = this.#context.fleets.getAwaited(target);
    const over = new AbortController();
    const done = await Promise.race([
      outcomeOf(fleet),
      pause(timeoutSeconds * 1000, false, { signal: over.signal, ref: false }),
    ]).finally(() => over.abort());
    return { done, fleet: this.#summarise(fleet) };
  }

  async destroy(target: ParsedParameters<"fleet.destroy">): Promise<MethodResult<"fleet.destroy">> {
    const fleet = this.#context.fleets.find(target);
    return { destroyed: fleet === undefined ? 0 : await this.#destruction.destroy(fleet) };
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
        .flatMap(({ outcome, destruction }) => [outcome, destruction])
        .map((work) => work?.catch(() => undefined)),
    );
  }

  get #simulated(): boolean {
    return this.#context.driver.capabilities.simulated;
  }

  #summarise(fleet: ManagedFleet): FleetSummary {
    return fleet.summarise(this.#simulated);
  }

  /** @throws MccError `not-found` when one is meant that was made earlier. */
  async #make(
    { name, uid, clientToken }: ParsedParameters<"fleet.apply">,
    spec: FleetSpec,
  ): Promise<ManagedFleet> {
    const { fleets, instances } = this.#context;
    if (uid !== undefined) {
      return fleets.get({ fleet: name, uid });
    }
    const identity = { uid: randomBytes(16).toString("hex"), name, clientToken };
    const fleet = new ManagedFleet(
      { phase: "creating", ...identity, createdAt: new Date().toISOString(), spec },
      () => instances.ofFleet(name),
    );
    await this.#begin(fleet, spec);
    return fleet;
  }

  async #begin(fleet: ManagedFleet, spec: FleetSpec): Promise<void> {
    const change = new FleetChange(this.#context, fleet, spec);
    this.#context.fleets.add(fleet);
    const recorded = change.record();
    fleet.change = { spec, recorded };
    fleet.outcome = this.#carryOut(fleet, change, recorded).finally(() => {
      fleet.change = undefined;
    });
    // Whoever waits for it gets the error; it is no defect that nobody does.
    fleet.outcome.catch(() => undefined);
    await recorded;
  }

  async #carryOut(fleet: ManagedFleet, change: FleetChange, recorded: Promise<void>): Promise<void> {
    const { fleets, log } = this.#context;
    const isFirst = fleet.record.phase === "creating";
    try {
      await recorded;
    } catch (error) {
      if (isFirst) {
        fleets.remove(fleet);
      }
      throw error;
    }
    try {
      await change.carryOut();
      log.info({ fleet: fleet.name, members: change.spec.count }, "fleet is as it is to be");
    } catch (error) {
      // Who destroys the fleet goes on with what there is.
      fleet.abort.signal.throwIfAborted();
      log.warn({ fleet: fleet.name, err: error }, "fleet is not as it is to be");
      throw await this.#undo(fleet, change, error, isFirst);
    }
  }

  /** @returns the error for those who wait. */
  async #undo(fleet: ManagedFleet, change: FleetChange, error: unknown, isFirst: boolean): Promise<MccError> {
    const reason = `Fleet "${fleet.name}" was not ${isFirst ? "made" : "changed as asked"}: ${messageOf(error)}`;
    const outcome = await (isFirst && !change.spec.keepOnFailure
      ? this.#unmake(fleet)
      : change.undo(reason)
    ).catch((undoError: unknown) => `Undoing it failed too, and is tried again: ${messageOf(undoError)}`);
    const code = MccError.isInstance(error) ? error.code : "internal";
    return new MccError(code, `${reason} ${outcome}`, { cause: error });
  }

  async #unmake(fleet: ManagedFleet): Promise<string> {
    this.#context.fleets.remember(fleet);
    await this.#destruction.remove(fleet);
    return "Everything done before was undone.";
  }
}

/** How the last of the changes ended, should another be asked for meanwhile. */
async function outcomeOf(fleet: ManagedFleet): Promise<true> {
  do {
    await fleet.outcome;
  } while (fleet.change !== undefined);
  return true;
}
