import { randomBytes } from "node:crypto";
import { z } from "zod";
import { instanceNameSchema, timeSchema, uidSchema } from "../../protocol/methods/values/name";
import type { Container, Remains } from "../driver/driver";
import { isFileSystemFault } from "../support/files/file-system-fault";
import type { FleetFile } from "./fleets/record";
import type { InstanceContext } from "./instances/context";
import type { InstanceRecord } from "./instances/records/record";
import { remainsOf } from "./instances/remains";

const failure =
  "The daemon's record of this instance was lost; its container is unchanged, and keeps its address. Destroy it, and create it again.";
/** For values that neither the engine nor a record has. */
const unknown = "unknown";
export const unknownAddress = "0.0.0.0";

/**
 * Replaces records that were lost, for example by a disk failure or a deleted file. Each container of this daemon without
 * a record gets a new one, as a failed instance: it is listed, keeps its address and can be destroyed. A member whose
 * fleet's record was lost becomes an instance of its own.
 *
 * @param records the existing records.
 * @returns the existing and the new records.
 */
export async function makeUpForLost(
  context: InstanceContext,
  records: readonly InstanceRecord[],
  fleets: readonly FleetFile[],
): Promise<InstanceRecord[]> {
  const fleetNames = new Set(fleets.map(({ name }) => name));
  const all = await Promise.all(
    records.map(async (record) =>
      record.fleet === undefined || fleetNames.has(record.fleet.name)
        ? record
        : await freeFromFleet(context, record),
    ),
  );
  const known = new Set(records.map(({ id }) => id));
  const names = new Set(records.map(({ name }) => name));
  const addresses = new Set(records.map(({ ipAddress }) => ipAddress));
  const containers = (await context.driver.list()).toSorted((one, other) => one.id - other.id);
  for (const container of containers.filter(({ id }) => !known.has(id))) {
    const found = recordOf(container, await remainsOf(context.driver, container.id), names);
    // An address of another instance cannot be this one's, whatever the engine says.
    const record = addresses.has(found.ipAddress) ? { ...found, ipAddress: unknownAddress } : found;
    names.add(record.name);
    addresses.add(record.ipAddress);
    context.log.error(
      { instance: record.id, ipAddress: record.ipAddress },
      "the record of this container was lost; it is listed as failed and can be destroyed",
    );
    context.state.damaged.report(
      context.state.records.pathOf(record.id),
      "the record of a container was lost; the instance is listed as failed",
    );
    await keepRecord(context, record);
    all.push(record);
  }
  return all.sort((one, other) => one.id - other.id);
}

async function freeFromFleet(
  context: InstanceContext,
  { fleet, ...record }: InstanceRecord,
): Promise<InstanceRecord> {
  context.log.error(
    { instance: record.id, fleet: fleet?.name },
    "the record of this instance's fleet was lost; it is an instance of its own now",
  );
  context.state.damaged.report(
    context.state.records.pathOf(record.id),
    `the file of its fleet ${fleet?.name ?? ""} was lost; it is an instance of its own now`,
  );
  await keepRecord(context, record);
  return record;
}

/** On a full disk, the next daemon creates the record again. */
async function keepRecord({ state, log }: InstanceContext, record: InstanceRecord): Promise<void> {
  try {
    await state.records.write(record);
  } catch (error) {
    if (!isFileSystemFault(error)) {
      throw error;
    }
    log.warn({ instance: record.id, err: error }, "its new record could not be written");
  }
}

function recordOf({ id, state }: Container, remains: Remains, taken: ReadonlySet<string>): InstanceRecord {
  const { uid, hostname, image = unknown, ipAddress, createdAt } = remains;
  const name = [remains.name, hostname?.split(".")[0], `mcc-${id}`].find(
    (candidate) => instanceNameSchema.safeParse(candidate).success && !taken.has(candidate ?? ""),
  );
  return {
    phase: "failed",
    id,
    uid: uidSchema.safeParse(uid).data ?? randomBytes(16).toString("hex"),
    name: name ?? `mcc-${id}-${randomBytes(3).toString("hex")}`,
    ipAddress: z.ipv4().safeParse(ipAddress).data ?? unknownAddress,
    ipv6Address: z.ipv6().safeParse(remains.ipv6Address).data,
    hostname: hostname ?? `mcc-${id}`,
    image,
    type: unknown,
    keys: [],
    publicKeys: [],
    labels: {},
    sshHostKey: "",
    failure,
    createdAt: timeSchema.safeParse(createdAt).data ?? new Date().toISOString(),
    wanted: state === "stopped" ? "stopped" : "running",
  };
}
