import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { accountOf } from "../access/account";
import type { Place } from "../instances/creation/admission";
import type { Instance } from "../instances/instance";
import { networkGroupOf } from "../network/network-group";
import type { FleetContext } from "./context";
import type { Fleet } from "./fleet";
import { indexOf } from "./plan";
import type { FleetRecord, FleetSpec } from "./record";

/** A member whose id, name and address are reserved, and whose creation has not begun. */
export interface Newcomer {
  readonly instance: Instance;
  /** The member that it replaces, which must be gone first. */
  readonly predecessor?: Instance;
}

/**
 * Reserves ids, names and addresses for replacements and for new members: everything or nothing, and at once.
 *
 * @param wanted members to replace, and the indices of the new ones.
 * @throws MccError `exhausted`, `conflict`, `invalid`.
 */
export function reserveMembers(
  context: FleetContext,
  fleet: Fleet,
  spec: FleetSpec,
  { down, missing }: { readonly down: readonly Instance[]; readonly missing: readonly number[] },
): Newcomer[] {
  const newcomers: Newcomer[] = [];
  try {
    for (const predecessor of down) {
      const wanted = spec.addresses?.[indexOf(predecessor) - 1];
      const reservation = context.reservations.passOn(predecessor.record, wanted);
      newcomers.push({ instance: newMember(context, fleet, spec, { reservation }), predecessor });
    }
    const places = context.instances.admission.reserveAll(
      missing.map((index) => ({
        name: `${fleet.name}-${index}`,
        ipAddress: spec.addresses?.[index - 1] ?? lastAddress(context, fleet, index),
      })),
      spec,
    );
    newcomers.push(...places.map((place) => ({ instance: newMember(context, fleet, spec, place) })));
  } catch (error) {
    giveBack(context, fleet, newcomers);
    throw error;
  }
  for (const newcomer of newcomers) {
    if (newcomer.predecessor === undefined) {
      context.instances.catalog.add(newcomer.instance);
    } else {
      fleet.successors.add(newcomer.instance);
    }
  }
  return newcomers;
}

/** Gives reservations back, before anything else was done. */
export function giveBack(context: FleetContext, fleet: Fleet, newcomers: readonly Newcomer[]): void {
  for (const { instance, predecessor } of newcomers) {
    context.instances.catalog.remove(instance);
    fleet.successors.delete(instance);
    context.instances.admission.giveBackDrafted(instance);
    if (predecessor !== undefined && context.instances.catalog.has(predecessor)) {
      context.reservations.keep(predecessor.record);
    }
  }
}

/** Destroys the predecessor and creates a member whose intent is recorded; resolves when it is ready. */
export async function makeMember(context: FleetContext, fleet: Fleet, newcomer: Newcomer): Promise<void> {
  const { instance, predecessor } = newcomer;
  if (predecessor !== undefined) {
    try {
      // Before anything is done.
      context.instances.admission.refuseClosed();
      await context.instances.destruction.destroy(predecessor);
      fleet.abort.signal.throwIfAborted();
    } catch (error) {
      giveBack(context, fleet, [newcomer]);
      throw error;
    }
    fleet.successors.delete(instance);
    context.instances.catalog.add(instance);
  }
  await context.instances.admission.create(instance, creationOf(fleet.record.spec));
  await instance.ready;
}

/** Returns the names of a fleet's members. */
export function memberNames(fleetName: string, count: number): string[] {
  return Array.from({ length: count }, (_, position) => `${fleetName}-${position + 1}`);
}

function newMember({ instances }: FleetContext, fleet: Fleet, spec: FleetSpec, place: Place): Instance {
  const { name, ipAddress } = place.reservation;
  const index = Number(name.slice(fleet.name.length + 1));
  fleet.addresses.set(index, ipAddress);
  const extras = { fleet: { name: fleet.name, index }, networkGroup: groupOfMembers(fleet.record, spec) };
  return instances.admission.draft(accountOf(fleet.record), place, creationOf(spec), extras);
}

/** Returns the instances that the members of a fleet reach. */
function groupOfMembers(record: Pick<FleetRecord, "uid" | "account">, spec: FleetSpec): string | undefined {
  const { labels, isolate } = spec;
  return networkGroupOf({ account: accountOf(record), labels, isolate, fleetUid: record.uid });
}

/** Returns the parameters of a member's creation. */
function creationOf(spec: FleetSpec): ParsedParameters<"instance.create"> {
  const { image, type, keys, labels, waitFor, userData, hideOutput, readyTimeoutSeconds, keepOnFailure } =
    spec;
  const { member, group } = spec;
  const creation = { image, type, keys, labels, waitFor, userData, readyTimeoutSeconds, keepOnFailure };
  return { ...creation, hideOutput, member, group, waitSeconds: 0 };
}

/** Returns the last address of a member that is created again, unless another instance has it now. */
function lastAddress({ reservations }: FleetContext, fleet: Fleet, index: number): string | undefined {
  const address = fleet.addresses.get(index);
  return address !== undefined && reservations.pool.isFree(address) ? address : undefined;
}
