import { MccError } from "../../../protocol/error";
import type { Caller } from "../access/caller";
import { isOf, isOpenTo } from "../access/rights";
import type { Fleet } from "./fleet";
import type { FleetSpec } from "./record";

/** @throws MccError `invalid` unless there is one address for each member. */
export function refuseImpossible({ count, addresses }: Pick<FleetSpec, "count" | "addresses">): void {
  if (addresses === undefined) {
    return;
  }
  const different = new Set(addresses).size;
  if (addresses.length !== count || different !== count) {
    throw new MccError(
      "invalid",
      `The fleet has ${addresses.length} addresses, ${different} of them different, and its count is ${count}: give one address for each member, or give none.`,
    );
  }
}

/** @param done what cannot be done with it any more: `extended`. @throws MccError `conflict` for a fleet that is being destroyed. */
export function refuseLeaving({ name, isLeaving }: Fleet, done: string): void {
  if (isLeaving) {
    throw new MccError("conflict", `Fleet "${name}" is being destroyed and cannot be ${done}.`);
  }
}

/** @throws MccError `conflict` when the fleet was created with another client token, or for another account. */
export function refuseOthersFleet(
  caller: Caller,
  { name, record }: Fleet,
  clientToken: string | undefined,
): void {
  if (!isOpenTo(caller, record)) {
    throw new MccError(
      "conflict",
      `The name "${name}" is taken by a fleet of another account; choose another name.`,
    );
  }
  // Each account has client tokens of its own. Without one, an admin may change the fleet of any account.
  if (clientToken === record.clientToken && (clientToken === undefined || isOf(caller, record))) {
    return;
  }
  const owner = Object.entries(record.spec.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
  throw new MccError(
    "conflict",
    `There is a fleet "${name}" already${owner === "" ? "" : ` (labels: ${owner})`}; choose another name, or destroy that fleet first (mcc destroy-fleet ${name}).`,
  );
}

/** @throws MccError `conflict` for a fleet that the same client token created under another name, which cannot change. */
export function refuseOtherName(made: Fleet | undefined, name: string): void {
  if (made !== undefined && made.name !== name) {
    throw new MccError(
      "conflict",
      `Fleet "${made.name}" was left by an earlier create of this resource, and a fleet's name cannot change: destroy that fleet first (mcc destroy-fleet ${made.name}), or keep its name.`,
    );
  }
}
