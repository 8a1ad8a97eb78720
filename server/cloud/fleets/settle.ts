import type { FleetContext } from "./context";
import type { ManagedFleet } from "./fleet";

type Context = Pick<FleetContext, "records" | "fleetRecords" | "lateWrites">;

/**
 * Records that nothing is under way any more, with all members as they are now.
 *
 * @throws what the writing fails with; the change is then still under way on disk.
 */
export async function settle(context: Context, fleet: ManagedFleet): Promise<void> {
  fleet.leaving.clear();
  const before = fleet.record;
  fleet.record = { ...fleet.record, phase: "settled", failure: undefined };
  try {
    await context.fleetRecords.save(fleet);
  } catch (error) {
    fleet.record = { ...fleet.record, phase: before.phase, failure: before.failure };
    throw error;
  }
  context.records.uncover(fleet.members.map(({ id }) => id));
}

/**
 * The same after a change that failed. Where the file system refuses the file, it is written later: a daemon that is
 * killed before leaves the change under way on disk, and the next one settles it.
 *
 * @param failure what the change failed with, to be shown until the next.
 */
export async function settleFailed(context: Context, fleet: ManagedFleet, failure: string): Promise<void> {
  fleet.leaving.clear();
  fleet.record = { ...fleet.record, phase: "settled", failure };
  await context.lateWrites.attempt(recordTitle(fleet), () => context.fleetRecords.save(fleet));
  context.records.uncover(fleet.members.map(({ id }) => id));
}

/** What late writes call a fleet's file. */
export function recordTitle({ name }: ManagedFleet): string {
  return `the record of fleet "${name}"`;
}
