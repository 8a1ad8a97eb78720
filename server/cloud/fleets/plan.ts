import { isDeepStrictEqual } from "node:util";
import type { InstanceStatus } from "../../../protocol/methods/instance";
import { userDataDigest } from "../../../protocol/methods/values/user-data";
import type { InstanceRecord } from "../instances/records/record";
import { isolationOf } from "../network/network-group";
import { isSamePlacement, placementOf } from "../placement/placements";
import type { FleetSpec } from "./record";

const emptyScript = userDataDigest("");

/** The part of a member that a plan depends on. */
export interface PlannedMember {
  readonly status: InstanceStatus;
  readonly record: Pick<
    InstanceRecord,
    | "image"
    | "userDataDigest"
    | "type"
    | "keys"
    | "labels"
    | "ipAddress"
    | "fleet"
    | "networkGroup"
    | "placement"
  >;
}

/** How the members differ from the desired state. Every list is in the order of the indices. */
export interface FleetPlan<M extends PlannedMember> {
  /** Past the count. */
  readonly surplus: readonly M[];
  /** Changed in place. */
  readonly outdated: readonly M[];
  /** Indices without a member. */
  readonly missing: readonly number[];
  /** Not running: replaced. */
  readonly down: readonly M[];
  /** Running, but created from another image, userData, isolation, placement or address: replaced. */
  readonly different: readonly M[];
  /** Those would be replaced too, but are unreachable, so that a second one could run with the same name and address. */
  readonly unreachable: readonly M[];
}

export function planFleet<M extends PlannedMember>(spec: FleetSpec, members: readonly M[]): FleetPlan<M> {
  const sorted = members.toSorted((one, other) => indexOf(one) - indexOf(other));
  const surplus = sorted.filter((member) => indexOf(member) > spec.count);
  const staying = sorted.filter((member) => indexOf(member) <= spec.count);
  const there = new Set(staying.map(indexOf));
  const up = staying.filter(({ status }) => status === "running");
  const away = staying.filter(({ status }) => status === "unreachable");
  const alike = [...up, ...away].filter((member) => isMadeAs(spec, member));
  return {
    surplus,
    outdated: alike.filter((member) => !isSetAs(spec, member)),
    missing: indices(spec.count).filter((index) => !there.has(index)),
    down: staying.filter(({ status }) => status !== "running" && status !== "unreachable"),
    different: up.filter((member) => !isMadeAs(spec, member)),
    unreachable: away.filter((member) => !isMadeAs(spec, member)),
  };
}

/** Returns whether the member runs and is in the fleet's desired state. */
export function isAsWanted(spec: FleetSpec, member: PlannedMember): boolean {
  return (
    indexOf(member) <= spec.count &&
    member.status === "running" &&
    isMadeAs(spec, member) &&
    isSetAs(spec, member)
  );
}

/** Compares the properties for which a member must be replaced. Without a wish, every placement will do. */
function isMadeAs({ image, addresses, ...spec }: FleetSpec, member: PlannedMember): boolean {
  const { record } = member;
  const ipAddress = addresses?.[indexOf(member) - 1] ?? record.ipAddress;
  return (
    record.image === image &&
    scriptOf(record.userDataDigest) === scriptOf(spec.userDataDigest) &&
    isolationOf(record.networkGroup) === spec.isolate &&
    (placementOf(spec) === undefined || isSamePlacement(record.placement, spec)) &&
    record.ipAddress === ipAddress
  );
}

/** Returns the digest of a script. An empty script, which earlier releases accepted, is the same as none. */
function scriptOf(digest: string | undefined): string | undefined {
  return digest === emptyScript ? undefined : digest;
}

/** Returns the properties that differ and can change in place. The order of keys and labels is irrelevant. */
export function changesOf(
  { type, keys, labels }: FleetSpec,
  { record }: PlannedMember,
): Partial<Pick<FleetSpec, "type" | "keys" | "labels">> {
  return {
    ...(record.type === type ? {} : { type }),
    ...(isDeepStrictEqual(new Set(record.keys), new Set(keys)) ? {} : { keys }),
    ...(isDeepStrictEqual(record.labels, labels) ? {} : { labels }),
  };
}

function isSetAs(spec: FleetSpec, member: PlannedMember): boolean {
  return Object.keys(changesOf(spec, member)).length === 0;
}

/** From 1. */
export function indexOf({ record }: PlannedMember): number {
  return record.fleet?.index ?? 0;
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, position) => position + 1);
}
