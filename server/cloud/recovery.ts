import type { InstanceCatalog } from "./instance-catalog";
import type { InstanceContext } from "./instance-context";
import type { InstanceRecord } from "./instance-record";
import { ManagedInstance } from "./managed-instance";

/**
 * Compares the records of an earlier run with what the engine lists, before the first request: a half-made
 * instance is undone, a half-destroyed one is finished, a lost one is reported. What the engine lists beside
 * them is left alone, and its id is not given out.
 *
 * @throws MccError when something half-done could not be cleared away: the daemon must not start on it.
 */
export async function recover(context: InstanceContext, catalog: InstanceCatalog): Promise<void> {
  const { driver, records, reservations, log } = context;
  const containers = new Map((await driver.list()).map((container) => [container.id, container]));
  const found = await records.all();
  await Promise.all(
    found.map(async (record) => {
      reservations.keep(record);
      const container = containers.get(record.id);
      if (record.phase !== "created") {
        log.warn({ instance: record.id, phase: record.phase }, "clearing away what was left half-done");
        await clearAway(context, record);
      } else if (container === undefined && driver.capabilities.simulated) {
        log.info({ instance: record.id }, "the simulated instance ended with the daemon that held it");
        await clearAway(context, record);
      } else {
        const instance = new ManagedInstance(record);
        instance.running = container?.running ?? false;
        instance.lost = container === undefined;
        if (instance.lost) {
          log.error({ instance: record.id }, "the engine no longer lists this instance's container");
        }
        catalog.add(instance);
      }
    }),
  );
  const known = new Set(found.map((record) => record.id));
  for (const id of containers.keys()) {
    if (!known.has(id)) {
      log.warn({ container: id }, "this container has no record of ours and is left alone");
      reservations.ids.skip(id);
    }
  }
}

async function clearAway(context: InstanceContext, record: InstanceRecord): Promise<void> {
  await context.limits.change(() => context.driver.destroy(record.id));
  await context.records.remove(record.id);
  context.reservations.release(record);
}
