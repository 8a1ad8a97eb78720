import type { FleetContext } from "./fleet-context";
import type { ManagedFleet } from "./managed-fleet";

/**
 * Records that nothing is under way any more, with all members as they are now.
 *
 * @param failure what the last change failed with, to be shown until the next.
 */
export async function settle(
  { records, fleetRecords }: Pick<FleetContext, "records" | "fleetRecords">,
  fleet: ManagedFleet,
  failure?: string,
): Promise<void> {
  fleet.leaving.clear();
  fleet.record = { ...fleet.record, phase: "settled", failure };
  await fleetRecords.save(fleet);
  records.uncover(fleet.members.map(({ id }) => id));
}
