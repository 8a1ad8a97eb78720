import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { Retries } from "../../support/concurrency/retries";
import type { FleetContext } from "./context";
import { failuresOf, refuseFailures } from "./failures";
import type { ManagedFleet } from "./fleet";
import { recordTitle } from "./settle";

/** Sees fleets off, from whatever state, and tries again what failed until it works. */
export class FleetDestruction {
  readonly #context: FleetContext;
  readonly #retries = new Retries<ManagedFleet>((fleet) => this.destroy(fleet));

  constructor(context: FleetContext) {
    this.#context = context;
  }

  /**
   * Ends what is under way, and resolves when the fleet is gone. Those who ask meanwhile wait for the same.
   *
   * @param why for whoever waits for the fleet; left out, somebody asked for it.
   * @returns how many members there were.
   * @throws MccError `engine` or `timeout`; it is then tried again until it works.
   */
  async destroy(fleet: ManagedFleet, why?: string): Promise<number> {
    fleet.destruction ??= this.#run(fleet, why).finally(() => {
      fleet.destruction = undefined;
    });
    return await fleet.destruction;
  }

  /** Tries to destroy a fleet, later and then again, until it is gone. */
  retry(fleet: ManagedFleet): void {
    this.#retries.retry(fleet);
  }

  /** Ends the tries; the records make the next daemon go on with them. */
  close(): void {
    this.#retries.close();
  }

  async #run(fleet: ManagedFleet, why?: string): Promise<number> {
    const count = fleet.members.length;
    const reason = new MccError(
      "conflict",
      `Fleet "${fleet.name}" was destroyed meanwhile${why === undefined ? "" : `: ${why}`}.`,
    );
    fleet.abort.abort(reason);
    fleet.members.forEach(({ abort }) => abort.abort(reason));
    await fleet.outcome.catch(() => undefined);
    // One that was being made may have undone itself.
    if (this.#context.fleets.has(fleet)) {
      await this.remove(fleet);
    }
    return count;
  }

  /** Removes a fleet that nothing is under way with any more. @throws as `destroy` does. */
  async remove(fleet: ManagedFleet): Promise<void> {
    const { fleets, records, fleetRecords, lateWrites, log } = this.#context;
    try {
      records.cover(fleet.members.map(({ id }) => id));
      fleet.record = { ...fleet.record, phase: "destroying" };
      // Without room the members go all the same; those that a killed daemon leaves are offered again by the next one.
      await lateWrites.attempt(recordTitle(fleet), () => fleetRecords.save(fleet));
      await this.#removeMembers(fleet);
      fleet.isRemoved = true;
      await fleetRecords.remove(fleet.name);
    } catch (error) {
      fleet.stuck = `Destroying fleet "${fleet.name}" failed, and is tried again: ${messageOf(error)}`;
      log.warn({ fleet: fleet.name, err: error }, "fleet not destroyed");
      this.retry(fleet);
      throw because(error, fleet.stuck);
    }
    fleets.remove(fleet);
    log.info({ fleet: fleet.name }, "fleet destroyed");
  }

  async #removeMembers(fleet: ManagedFleet): Promise<void> {
    const { members } = fleet;
    const failures = await failuresOf(members, (member) => this.#context.destruction.destroy(member));
    refuseFailures(failures, members.length);
  }
}
