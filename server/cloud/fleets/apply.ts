import { type MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { accountOf } from "../access/account";
import type { Instance } from "../instances/instance";
import { FleetChange, planChange } from "./change";
import type { FleetContext } from "./context";
import type { FleetDestruction } from "./destroy";
import { loggable } from "./failures";
import type { Fleet } from "./fleet";
import { reserveMembers } from "./members";
import type { FleetLife, FleetSpec } from "./record";

/** Carries out changes of fleets, and undoes those that fail. */
export class FleetApplication {
  readonly #context: FleetContext;
  readonly #destruction: FleetDestruction;

  constructor(context: FleetContext, destruction: FleetDestruction) {
    this.#context = context;
    this.#destruction = destruction;
  }

  /**
   * Starts to bring a fleet, also a new one, to its desired state. Resolves once the intent is recorded; the fleet's
   * `outcome` tells how it ends.
   *
   * @param lives its TTL and lease from now on.
   * @throws MccError `exhausted`, `conflict`, `invalid`, `engine`: the fleet is then unchanged.
   */
  async begin(fleet: Fleet, spec: FleetSpec, lives: FleetLife): Promise<void> {
    this.requireQuota(accountOf(fleet.record), spec, fleet.members);
    const plan = planChange(fleet, spec);
    if (plan.missing.length + plan.down.length + plan.different.length > 0) {
      this.#context.placements.requireTaker(spec);
    }
    const newcomers = reserveMembers(this.#context, fleet, spec, plan);
    const change = new FleetChange(this.#context, fleet, plan, newcomers);
    this.#context.fleets.add(fleet);
    const recorded = change.record(lives);
    fleet.begin({ spec, recorded }, () => this.#carryOut(fleet, change, recorded));
    await recorded;
  }

  /** @param members those that the fleet has. @throws MccError `exhausted`. */
  requireQuota(account: string, spec: FleetSpec, members: readonly Instance[]): void {
    this.#context.quotas.require(account, {
      gone: members.map(({ record }) => record.name),
      types: Array.from({ length: spec.count }, () => spec.type),
      what: "this fleet",
    });
  }

  async #carryOut(fleet: Fleet, change: FleetChange, recorded: Promise<void>): Promise<void> {
    const { fleets, log } = this.#context;
    const { isFirst, spec } = change.plan;
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
      log.info({ fleet: fleet.name, members: spec.count }, "fleet applied");
    } catch (error) {
      // A destroy of the fleet continues with the members that exist.
      fleet.abort.signal.throwIfAborted();
      log.warn({ fleet: fleet.name, ...loggable(error) }, "fleet not applied");
      throw await this.#undo(fleet, change, error);
    }
  }

  /** @returns the error for clients. */
  async #undo(fleet: Fleet, change: FleetChange, error: unknown): Promise<MccError> {
    const { isFirst, spec } = change.plan;
    const reason = `Fleet "${fleet.name}" was not ${isFirst ? "created" : "changed"}: ${messageOf(error)}`;
    const outcome = await (isFirst && !spec.keepOnFailure
      ? this.#unmake(fleet)
      : change.undo(because(error, reason))
    ).catch((undoError: unknown) => `Undoing it failed too, and is tried again: ${messageOf(undoError)}`);
    return because(error, `${reason} ${outcome}`);
  }

  async #unmake(fleet: Fleet): Promise<string> {
    this.#context.fleets.remember(fleet);
    await this.#destruction.remove(fleet);
    return "Everything done before was undone.";
  }
}
