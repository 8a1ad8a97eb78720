import type { Driver } from "../../../driver/driver";
import { unknownAddress } from "../../lost-records";
import type { DamagedFiles } from "../../state/damaged-files";
import { remainsOf } from "../remains";
import type { InstanceRecords } from "./instance-records";
import type { InstanceRecord } from "./record";

/** The values that two instances never share, with their names in messages. */
const shared: readonly (readonly [keyof InstanceRecord, string])[] = [
  ["uid", "the uid"],
  ["name", "the name"],
  ["ipAddress", "the address"],
];

/**
 * Leaves out records that claim a value of another record, for example after a folder was copied. The record stays whose
 * container the engine knows by the same uid, name and address, or else the one with the lowest id. A container whose record
 * is left out then has no record.
 *
 * While an instance is replaced, two records have one name and address, and one of them is an intent. Those stay.
 */
export async function withoutDuplicates(
  all: readonly InstanceRecord[],
  { driver, records, damaged }: { driver: Driver; records: InstanceRecords; damaged: DamagedFiles },
): Promise<InstanceRecord[]> {
  const left = new Set(all);
  for (const [member, words] of shared) {
    for (const group of groupsBy([...left].filter(isMade), member)) {
      const [keeper, ...others] = await ranked(driver, group);
      for (const other of others) {
        left.delete(other);
        const reason = `it claims ${words} of instance ${keeper?.id}`;
        if (!(await records.setAside(other.id, reason))) {
          damaged.report(records.pathOf(other.id), `${reason}; it is in the file of its fleet`);
        }
      }
    }
  }
  return all.filter((record) => left.has(record));
}

function isMade({ phase }: InstanceRecord): boolean {
  return phase === "created" || phase === "failed";
}

/** Groups the records that share a value. */
function groupsBy(records: readonly InstanceRecord[], member: keyof InstanceRecord): InstanceRecord[][] {
  const groups = new Map<unknown, InstanceRecord[]>();
  for (const record of records) {
    groups.set(record[member], [...(groups.get(record[member]) ?? []), record]);
  }
  return [...groups.values()].filter(([{ ipAddress } = { ipAddress: "" }, ...others]) => {
    const isUnknown = member === "ipAddress" && ipAddress === unknownAddress;
    return others.length > 0 && !isUnknown;
  });
}

/** Sorts the records by their agreement with their containers, best first. */
async function ranked(driver: Driver, group: readonly InstanceRecord[]): Promise<InstanceRecord[]> {
  const known = new Set((await driver.list()).map(({ id }) => id));
  const agreements = new Map<number, number>();
  for (const record of group.filter(({ id }) => known.has(id))) {
    const remains = await remainsOf(driver, record.id);
    const same = shared.filter(([member]) => Reflect.get(remains, member) === record[member]);
    agreements.set(record.id, 1 + same.length);
  }
  const agreement = ({ id }: InstanceRecord): number => agreements.get(id) ?? 0;
  return group.toSorted((one, other) => agreement(other) - agreement(one) || one.id - other.id);
}
