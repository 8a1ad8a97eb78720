import type { ErrorCode } from "../../../protocol/error";
import type { Role } from "../../../protocol/methods/values/role";
import type { Caller } from "../../../server/cloud/access/caller";

/** An object with an owner. */
interface Owned {
  readonly account: string;
}
export interface ModelledInstance extends Owned {
  readonly status: "running" | "stopped";
  readonly keys: readonly string[];
  readonly ipAddress: string;
  readonly lease: string | undefined;
}
export interface ModelledFleet extends Owned {
  readonly count: number;
}

/** What a cloud must contain after a sequence of calls. Instances, fleets, keys and access tokens are known by name. */
export interface Model {
  readonly instances: Map<string, ModelledInstance>;
  readonly fleets: Map<string, ModelledFleet>;
  /** The names of the members that exist, with their fleet. */
  readonly members: Map<string, string>;
  readonly keys: Map<string, Owned>;
  readonly leases: Map<string, Owned>;
  readonly accessTokens: Map<string, Role>;
  /** The addresses in use. Fleets choose them, so they are those of the last list. */
  addresses: ReadonlySet<string>;
}

export function newModel(): Model {
  return {
    instances: new Map(),
    fleets: new Map(),
    members: new Map(),
    keys: new Map(),
    leases: new Map(),
    accessTokens: new Map([["admin", "admin"]]),
    addresses: new Set(),
  };
}

/** The reasons for which a call must fail, as error codes. A call without a reason must succeed. */
export type Reasons = readonly (ErrorCode | false)[];

/** Returns why a caller cannot reach an object: it does not exist, or it is another account's. */
export function unreachable(caller: Caller, owned: Owned | undefined): Reasons {
  return [owned === undefined && "not-found", !isOpen(caller, owned) && "forbidden"];
}

/** Returns whether a caller sees an object. */
export function isOpen({ role, account }: Caller, owned: Owned | undefined): boolean {
  return owned === undefined || role !== "user" || owned.account === account;
}

/** Returns the object with this name that has a status: an instance, or a member with the account of its fleet. */
export function named({ instances, members, fleets }: Model, name: string): Owned | undefined {
  return instances.get(name) ?? fleets.get(members.get(name) ?? "");
}

/** Makes the members of a fleet complete. */
export function fill({ members }: Model, fleet: string, count: number): void {
  for (const [name, of] of [...members]) {
    if (of === fleet) {
      members.delete(name);
    }
  }
  for (let index = 1; index <= count; index += 1) {
    members.set(`${fleet}-${index}`, fleet);
  }
}

/** Returns the names that a caller sees in a list. */
export function seenBy(caller: Caller, all: ReadonlyMap<string, Owned>): string[] {
  return [...all].flatMap(([name, owned]) => (isOpen(caller, owned) ? [name] : [])).sort();
}
