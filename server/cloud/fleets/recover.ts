import { MccError } from "../../../protocol/error";
import type { InstanceRecord, InstanceRecords } from "../instances/record";
import type { FleetContext } from "./context";
import { ManagedFleet } from "./fleet";
import type { FleetFile } from "./record";
import { settleFailed } from "./settle";

/**
 * All records of an earlier run. A member's own file is newer than what its fleet's file says of it, unless the whole
 * fleet is on its way out.
 *
 * @param containers ids of those that the engine has.
 */
export async function allRecords(
  records: InstanceRecords,
  fleets: readonly FleetFile[],
  containers: Iterable<number>,
): Promise<InstanceRecord[]> {
  const byId = new Map(fleets.flatMap(({ members }) => members.map((record) => [record.id, record])));
  const own = await records.all(new Set([...byId.keys(), ...containers]));
  own.forEach((record) => byId.set(record.id, record));
  const doomed = new Set(fleets.filter(isDoomed).map(({ name }) => name));
  return [...byId.values()].map((record) =>
    doomed.has(record.fleet?.name ?? "") ? { ...record, phase: "destroying" } : record,
  );
}

/**
 * Takes up the fleets of an earlier run, after their members: one whose making was cut off is gone, one whose
 * later change was cut off is what came of it so far.
 *
 * @returns those that could not be seen off, to be tried again.
 */
export async function recoverFleets(
  context: FleetContext,
  files: readonly FleetFile[],
): Promise<ManagedFleet[]> {
  const stuck: ManagedFleet[] = [];
  for (const { members, ...record } of files) {
    const fleet = new ManagedFleet(record, () => context.instances.ofFleet(record.name));
    members.forEach(({ fleet: place, ipAddress }) => fleet.addresses.set(place?.index ?? 0, ipAddress));
    const isOver = isDoomed(record) || context.driver.capabilities.simulated;
    if (isOver && fleet.members.length === 0) {
      context.log.warn({ fleet: fleet.name }, "cleared away what an earlier daemon left of the fleet");
      await context.lateWrites.attempt(`the removal of fleet "${fleet.name}"`, async () => {
        if (context.fleets.find({ fleet: fleet.name }) === undefined) {
          await context.fleetRecords.remove(fleet.name);
        }
      });
    } else {
      context.fleets.add(fleet);
      if (isDoomed(record)) {
        fleet.stuck = `What an earlier daemon left of fleet "${fleet.name}" could not be cleared away, and is tried again.`;
        stuck.push(fleet);
      } else if (record.phase === "changing") {
        await settleCutOff(context, fleet);
      }
    }
  }
  return stuck;
}

/** Its making, or its end, was under way. */
function isDoomed({ phase }: Pick<FleetFile, "phase">): boolean {
  return phase === "creating" || phase === "destroying";
}

async function settleCutOff(context: FleetContext, fleet: ManagedFleet): Promise<void> {
  const failure = `The daemon ended while it changed fleet "${fleet.name}"; apply it again.`;
  context.log.warn({ fleet: fleet.name }, failure);
  fleet.outcome = Promise.reject(new MccError("unavailable", failure));
  fleet.outcome.catch(() => undefined);
  await settleFailed(context, fleet, failure);
}
