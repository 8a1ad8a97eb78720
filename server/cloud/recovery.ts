import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MccError } from "../../protocol/error";
import type { Network } from "../driver/driver";
import { addressToNumber } from "./address-range";
import type { InstanceCatalog } from "./instance-catalog";
import type { InstanceContext } from "./instance-context";
import type { InstanceRecord } from "./instance-record";
import { readJsonFile, writeJsonFile } from "./json-file";
import { ManagedInstance } from "./managed-instance";
import { tolerate } from "./tolerate";

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

/**
 * The instances that ran before the host went down and are down now; none when the host has not been
 * started anew since the daemon last ran, as then whatever is down was brought down.
 */
export async function downByReboot(
  stateFolder: string,
  catalog: InstanceCatalog,
): Promise<ManagedInstance[]> {
  const path = join(stateFolder, "boot-id.json");
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const lastBootId = await readBootId(path);
  if (lastBootId === bootId) {
    return [];
  }
  await writeJsonFile(path, { bootId });
  return catalog
    .all()
    .filter((instance) => instance.status === "stopped" && instance.record.wanted === "running");
}

/** Instances keep their addresses for life, so the network under them must stay theirs. */
export function refuseOtherNetwork(records: readonly InstanceRecord[], network: Network): void {
  const base = addressToNumber(network.address);
  const size = 2 ** (32 - network.prefixLength);
  const outside = records.filter(({ ipAddress }) => {
    const offset = addressToNumber(ipAddress) - base;
    return offset < 0 || offset >= size;
  });
  const [first] = outside;
  if (first !== undefined) {
    throw new MccError(
      "conflict",
      `${outside.length} instances have addresses outside ${network.address}/${network.prefixLength}, such as ${first.ipAddress} (instance ${first.id}); start mccserver with the range (-r) that it had when it made them, or remove everything with --purge.`,
    );
  }
}

async function clearAway(context: InstanceContext, record: InstanceRecord): Promise<void> {
  await context.limits.change(() => context.driver.destroy(record.id));
  await context.records.remove(record.id);
  context.reservations.release(record);
}

async function readBootId(path: string): Promise<string | undefined> {
  return (await tolerate(["ENOENT"], readJsonFile(path, z.strictObject({ bootId: z.string() }))))?.bootId;
}
