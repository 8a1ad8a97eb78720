import { type MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { FleetChange } from "./change";
import type { FleetContext } from "./context";
import type { FleetDestruction } from "./destroy";
import { loggable } from "./failures";
import type { ManagedFleet } from "./fleet";
import type { FleetLife, FleetSpec } from "./record";

/** Carries changes of fleets out, and undoes those that fail. */
export class FleetApplication {
  readonly #context: FleetContext;
  readonly #destruction: FleetDestruction;

  constructor(context: FleetContext, destruction: FleetDestruction) {
    this.#context = context;
    this.#destruction = destruction;
  }

  /**
   * Begins to make of a fleet what it is to be, a new one included. Resolves once the intent is recorded; the
   * fleet's `outcome` tells how it ends.
   *
   * @param lives how long, from now on.
   * @throws MccError `exhausted`, `conflict`, `invalid`, `engine`: the fleet is then what it was.
   */
  async begin(fleet: ManagedFleet, spec: FleetSpec, lives: FleetLife): Promise<void> {
    const change = new FleetChange(this.#context, fleet, spec, lives);
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
      log.warn({ fleet: fleet.name, ...loggable(error) }, "fleet is not as it is to be");
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
    return because(error, `${reason} ${outcome}`);
  }

  async #unmake(fleet: ManagedFleet): Promise<string> {
    this.#context.fleets.remember(fleet);
    await this.#destruction.remove(fleet);
    return "Everything done before was undone.";
  }
}
