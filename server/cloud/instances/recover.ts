import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import type { InstanceDestruction } from "./destroy";
import { Instance } from "./instance";
import type { InstanceRecord } from "./records/record";

/**
 * Compares the records of an earlier run with what the engine lists, before the first request:
 *
 * - An instance whose creation or take-over was cut off is destroyed or given back; a destroy that was cut off is finished.
 * - A member of a fleet, and a simulated instance, without a container is removed; the fleet then misses it.
 * - Another instance without a container is reported as lost.
 *
 * What cannot be removed has failed, keeps its id, name and address, and is tried again.
 *
 * @param found the records.
 */
export async function recover(
  context: InstanceContext,
  catalog: InstanceCatalog,
  destruction: InstanceDestruction,
  found: readonly InstanceRecord[],
): Promise<void> {
  const { driver, reservations, state, log } = context;
  const containers = new Map((await driver.list()).map((container) => [container.id, container]));
  await Promise.all(
    found.map(async (record) => {
      reservations.keep(record);
      const container = containers.get(record.id);
      const instance = new Instance(record, state);
      instance.observe(container);
      catalog.add(instance);
      const isMissed = driver.capabilities.simulated || record.fleet !== undefined;
      const stays = record.phase === "created" || record.phase === "failed";
      if (!stays || (container === undefined && isMissed)) {
        log.warn({ instance: record.id, phase: record.phase }, "removing what an earlier daemon left");
        if (record.fleet !== undefined) {
          // The fleet's file says so already.
          instance.coverByFleet();
        }
        await destruction.destroy(instance).catch(() => undefined);
      } else if (instance.isLost) {
        log.error({ instance: record.id }, "the engine no longer lists this instance's container");
      }
    }),
  );
  // The address of an instance that was removed may be another member's by now.
  catalog.all().forEach(({ record }) => reservations.keep(record));
}
