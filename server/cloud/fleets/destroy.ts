import { MccError, messageOf } from "../../../protocol/error";
import { because } from "../../support/because";
import { Retries } from "../../support/concurrency/retries";
import type { FleetContext } from "./context";
import { failuresOf, refuseFailures } from "./failures";
import type { Fleet } from "./fleet";

/** Destroys fleets, whatever their state, and repeats a destroy that failed until it succeeds. */
export class FleetDestruction {
  readonly #context: FleetContext;
  readonly #retries = new Retries<Fleet>((fleet) => this.destroy(fleet));

  constructor(context: FleetContext) {
    this.#context = context;
  }

  /**
   * Ends the change that is under way, and resolves when the fleet is gone. Callers that come in the meantime wait for the
   * same destroy.
   *
   * @param why for clients that wait for the fleet. Default: a client asked for it.
   * @returns the number of members.
   * @throws MccError `engine` or `timeout`; the destroy is then repeated until it succeeds.
   */
  async destroy(fleet: Fleet, why?: string): Promise<number> {
    return await fleet.destroy(() => this.#run(fleet, why));
  }

  /** Destroys a fleet later, and again until it is gone. */
  retry(fleet: Fleet): void {
    this.#retries.retry(fleet);
  }

  /** Destroys now all fleets whose destroy failed: members of the cluster answer again. */
  hurry(): void {
    this.#retries.hurry();
  }

  /** Ends the repeats; the records make the next daemon continue. */
  close(): void {
    this.#retries.close();
  }

  async #run(fleet: Fleet, why?: string): Promise<number> {
    const count = fleet.members.length;
    const reason = new MccError(
      "conflict",
      `Fleet "${fleet.name}" was destroyed in the meantime${why === undefined ? "" : `: ${why}`}.`,
    );
    fleet.abort.abort(reason);
    fleet.members.forEach(({ abort }) => abort.abort(reason));
    await fleet.outcome.catch(() => undefined);
    // A first apply that was ended may have undone itself.
    if (this.#context.fleets.has(fleet)) {
      await this.remove(fleet);
    }
    return count;
  }

  /** Removes a fleet with no change under way. @throws as `destroy` does. */
  async remove(fleet: Fleet): Promise<void> {
    const { fleets, log } = this.#context;
    try {
      // On a full disk the members are destroyed all the same; the next daemon lists those that a killed one leaves.
      await fleet.markDestroying();
      await this.#removeMembers(fleet);
      await fleet.forget();
    } catch (error) {
      const message = `Destroying fleet "${fleet.name}" failed, and is tried again: ${messageOf(error)}`;
      fleet.fail(message);
      log.warn({ fleet: fleet.name, err: error }, "fleet not destroyed");
      this.retry(fleet);
      throw because(error, message);
    }
    fleets.remove(fleet);
    log.info({ fleet: fleet.name }, "fleet destroyed");
  }

  async #removeMembers(fleet: Fleet): Promise<void> {
    const { members } = fleet;
    const failures = await failuresOf(members, (member) =>
      this.#context.instances.destruction.destroy(member),
    );
    refuseFailures(failures, members.length);
  }
}
