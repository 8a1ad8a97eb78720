import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { makeHostKey } from "../instances/host-key";
import { ManagedInstance } from "../instances/instance";
import type { Reservation } from "../reservations/reservations";
import type { FleetContext } from "./context";
import type { ManagedFleet } from "./fleet";
import { indexOf } from "./plan";
import type { FleetSpec } from "./record";

/** A member that is reserved, and not begun yet. */
export interface Newcomer {
  readonly instance: ManagedInstance;
  /** Whose place it takes, and who has to be gone first. */
  readonly predecessor?: ManagedInstance;
}

/**
 * Reserves for members that take the place of others, and for new ones: everything or nothing, and at once.
 *
 * @throws MccError `exhausted`, `conflict`, `invalid`.
 */
export function reserveMembers(
  context: FleetContext,
  fleet: ManagedFleet,
  spec: FleetSpec,
  { replaced, missing }: { replaced: readonly ManagedInstance[]; missing: readonly number[] },
): Newcomer[] {
  const newcomers: Newcomer[] = [];
  try {
    for (const predecessor of replaced) {
      const wanted = spec.addresses?.[indexOf(predecessor) - 1];
      const reservation = context.reservations.passOn(predecessor.record, wanted);
      newcomers.push({ instance: newMember(context, fleet, spec, reservation), predecessor });
    }
    const reservations = context.reservations.reserveAll(
      missing.map((index) => ({
        name: `${fleet.name}-${index}`,
        ipAddress: spec.addresses?.[index - 1] ?? lastAddress(context, fleet, index),
      })),
    );
    newcomers.push(
      ...reservations.map((reservation) => ({ instance: newMember(context, fleet, spec, reservation) })),
    );
  } catch (error) {
    giveBack(context, fleet, newcomers);
    throw error;
  }
  for (const newcomer of newcomers) {
    if (newcomer.predecessor === undefined) {
      context.instances.add(newcomer.instance);
    } else {
      fleet.successors.add(newcomer.instance);
    }
  }
  return newcomers;
}

/** Takes a reservation back, before anything else was done. */
export function giveBack(context: FleetContext, fleet: ManagedFleet, newcomers: readonly Newcomer[]): void {
  for (const { instance, predecessor } of newcomers) {
    context.instances.remove(instance);
    fleet.successors.delete(instance);
    context.reservations.release(instance.record);
    if (predecessor !== undefined && context.instances.has(predecessor)) {
      context.reservations.keep(predecessor.record);
    }
  }
}

/** Sees off the one before, and makes a member whose intent is recorded; resolves when it is ready. */
export async function makeMember(
  context: FleetContext,
  fleet: ManagedFleet,
  newcomer: Newcomer,
): Promise<void> {
  const { instance, predecessor } = newcomer;
  if (predecessor !== undefined) {
    try {
      // While nothing has been done.
      context.beginning.refuseClosed();
      await context.destruction.destroy(predecessor);
      fleet.abort.signal.throwIfAborted();
    } catch (error) {
      giveBack(context, fleet, [newcomer]);
      throw error;
    }
    fleet.successors.delete(instance);
    context.instances.add(instance);
  }
  const hostKey = makeHostKey();
  instance.record = { ...instance.record, sshHostKey: hostKey.publicKey };
  context.beginning.make(instance, hostKey, creationOf(fleet.record.spec), Promise.resolve());
  await instance.ready;
}

function newMember(
  { beginning }: FleetContext,
  fleet: ManagedFleet,
  spec: FleetSpec,
  reservation: Reservation,
): ManagedInstance {
  const index = Number(reservation.name.slice(fleet.name.length + 1));
  fleet.addresses.set(index, reservation.ipAddress);
  const place = { fleet: { name: fleet.name, index } };
  return new ManagedInstance(beginning.recordOf(reservation, creationOf(spec), "", place));
}

/** What `instance.create` would be given. */
function creationOf(spec: FleetSpec): ParsedParameters<"instance.create"> {
  const { image, type, keys, labels, waitFor, userData, hideOutput, readyTimeoutSeconds, keepOnFailure } =
    spec;
  const creation = { image, type, keys, labels, waitFor, userData, readyTimeoutSeconds, keepOnFailure };
  return { ...creation, hideOutput, waitSeconds: 0 };
}

/** A member that went away comes back where it was, unless somebody else is there now. */
function lastAddress({ reservations }: FleetContext, fleet: ManagedFleet, index: number): string | undefined {
  const address = fleet.addresses.get(index);
  return address !== undefined && reservations.pool.isFree(address) ? address : undefined;
}
