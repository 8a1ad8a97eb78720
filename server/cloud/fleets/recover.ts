import { MccError } from "../../../protocol/error";
import type { InstanceRecords } from "../instances/records/instance-records";
import type { InstanceRecord } from "../instances/records/record";
import type { FleetContext } from "./context";
import type { FleetDestruction } from "./destroy";
import { Fleet } from "./fleet";
import type { FleetFile } from "./record";

/**
 * Returns all records of an earlier run. A member's own file is newer than its record in the fleet's file, unless it is of
 * the time before the fleet claimed the instance, or the whole fleet was being destroyed.
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
  own
    .filter(({ id, phase }) => phase !== "warm" || !byId.has(id))
    .forEach((record) => byId.set(record.id, record));
  const doomed = new Set(fleets.filter(isDoomed).map(({ name }) => name));
  return [...byId.values()].map((record) =>
    doomed.has(record.fleet?.name ?? "") ? { ...record, phase: "destroying" } : record,
  );
}

/**
 * Recovers the fleets of an earlier run, after their members. A fleet whose creation or destroy was cut off is removed; one
 * whose later change was cut off stays as far as that got.
 */
export async function recoverFleets(
  context: FleetContext,
  destruction: FleetDestruction,
  files: readonly FleetFile[],
): Promise<void> {
  const { fleets, store, instances, driver, log } = context;
  for (const { members, ...record } of files) {
    const fleet = new Fleet(record, store, () => instances.catalog.ofFleet(record.name));
    members.forEach(({ fleet: place, ipAddress }) => fleet.addresses.set(place?.index ?? 0, ipAddress));
    const isOver = isDoomed(record) || driver.capabilities.simulated;
    if (isOver && fleet.members.length === 0) {
      log.warn({ fleet: fleet.name }, "removed what an earlier daemon left of the fleet");
      await store.lateWrites.attempt(`the removal of fleet "${fleet.name}"`, async () => {
        if (fleets.named(fleet.name) === undefined) {
          await store.records.remove(fleet.name);
        }
      });
    } else {
      fleets.add(fleet);
      if (isDoomed(record)) {
        fleet.fail(
          `An earlier daemon left parts of fleet "${fleet.name}", which could not be removed; it is tried again.`,
        );
        destruction.retry(fleet);
      } else if (record.phase === "changing") {
        const message = `The daemon ended while it changed fleet "${fleet.name}"; apply it again.`;
        log.warn({ fleet: fleet.name }, message);
        await fleet.settleCutOff(new MccError("unavailable", message));
      }
    }
  }
}

/** Returns whether its creation or its destroy was under way. */
function isDoomed({ phase }: Pick<FleetFile, "phase">): boolean {
  return phase === "creating" || phase === "destroying";
}
