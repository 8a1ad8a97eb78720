import { MccError, messageOf } from "../../../protocol/error";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import { ManagedInstance } from "./instance";
import type { InstanceRecord } from "./record";
import { requireTakesOver } from "./take-over";

/**
 * Compares the records of an earlier run with what the engine lists, before the first request: a half-made
 * instance is undone, a container half taken over is given back, a half-destroyed instance is finished, a lost
 * one is reported, but of a fleet, which misses it.
 *
 * @param found the records.
 * @returns what could not be cleared away: it has failed, keeps what is its own, and is to be tried again.
 */
export async function recover(
  context: InstanceContext,
  catalog: InstanceCatalog,
  found: readonly InstanceRecord[],
): Promise<ManagedInstance[]> {
  const { driver, reservations, log } = context;
  const containers = new Map((await driver.list()).map((container) => [container.id, container]));
  const stuck: ManagedInstance[] = [];
  await Promise.all(
    found.map(async (record) => {
      reservations.keep(record);
      const container = containers.get(record.id);
      const instance = new ManagedInstance(record);
      const isMissed = driver.capabilities.simulated || record.fleet !== undefined;
      const vanished = container === undefined && isMissed;
      const stays = record.phase === "created" || record.phase === "failed";
      if (!stays || vanished) {
        log.warn({ instance: record.id, phase: record.phase }, "clearing away what an earlier daemon left");
        if (!(await clearAway(context, instance))) {
          catalog.add(instance);
          // To try again is to destroy, and this one is not ours yet.
          stuck.push(...(record.phase === "taking" ? [] : [instance]));
        }
      } else {
        instance.running = container?.running ?? false;
        if (instance.failure !== undefined) {
          instance.ready = Promise.reject(new MccError("conflict", instance.failure));
          // As with a creation: nobody has to wait for it.
          instance.ready.catch(() => undefined);
        }
        instance.lost = container === undefined;
        if (instance.lost) {
          log.error({ instance: record.id }, "the engine no longer lists this instance's container");
        }
        catalog.add(instance);
      }
    }),
  );
  // One that is gone may have had what another of its fleet has now.
  catalog.all().forEach(({ record }) => reservations.keep(record));
  return stuck;
}

/** @returns whether it is gone. */
async function clearAway(context: InstanceContext, instance: ManagedInstance): Promise<boolean> {
  const { driver, records, reservations, limits, log } = context;
  const { record } = instance;
  try {
    await limits.change(() =>
      record.phase === "taking"
        ? requireTakesOver(driver).giveBack(record.id, record.before ?? {})
        : driver.destroy(record.id),
    );
    await records.remove(instance.id);
  } catch (error) {
    instance.failure = `What an earlier daemon left of instance ${instance.title} could not be cleared away, and is tried again: ${messageOf(error)}`;
    log.error({ instance: instance.id, err: error }, "could not be cleared away");
    return false;
  }
  reservations.release(instance.record);
  return true;
}
