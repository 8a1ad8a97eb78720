import fc from "fast-check";
import type { MethodName } from "../../../protocol/methods/method-table";
import type { Caller } from "../../../server/cloud/access/caller";
import { publicKey } from "../../support/wire/odd-calls";
import { fill, type Model, named, type Reasons, unreachable } from "./model";

/** The parameters of all modelled calls, from small pools, so that calls are often about the same objects. */
export interface Parameters {
  /** An instance, a member, a fleet, a key or an access token. */
  readonly instance: string;
  readonly newInstance: string;
  readonly fleet: string;
  readonly key: string;
  readonly keys: readonly string[];
  readonly accessToken: string;
  readonly role: "admin" | "user" | "reader";
  readonly count: number;
  readonly ipAddress: string | undefined;
  /** The position of a lease among all that were opened. */
  readonly lease: number;
  readonly withLease: boolean;
}

const instanceNames = ["web", "db", "mail"];
const keyNames = ["me", "you"];

export const parameters: fc.Arbitrary<Parameters> = fc.record({
  instance: fc.constantFrom(...instanceNames, "load-1", "load-2"),
  newInstance: fc.constantFrom(...instanceNames),
  fleet: fc.constantFrom("load", "farm"),
  key: fc.constantFrom(...keyNames),
  keys: fc.oneof(fc.constant([]), fc.subarray(keyNames)),
  accessToken: fc.constantFrom("alice", "ci"),
  role: fc.constantFrom("admin", "user", "reader"),
  count: fc.integer({ min: 1, max: 2 }),
  ipAddress: fc.option(fc.constantFrom("198.18.0.2", "198.18.0.30"), { nil: undefined, freq: 2 }),
  lease: fc.nat({ max: 2 }),
  withLease: fc.nat({ max: 5 }).map((number) => number === 0),
});

/** A method with its contract in terms of the model. */
export interface ModelledMethod {
  /** Callers who may call it. Default: users and admins. */
  readonly callers?: "all" | "admins";
  /** The call's parameters on the wire. */
  readonly call: (given: Parameters, leases: readonly string[]) => object;
  /** Why it must fail, for a caller with the right role. Default: never. */
  readonly reasons?: (model: Model, caller: Caller, given: Parameters, leases: readonly string[]) => Reasons;
  /** Changes the model after a success. */
  readonly effect?: (
    model: Model,
    caller: Caller,
    given: Parameters,
    result: unknown,
    leases: string[],
  ) => void;
  /** The call that waits for the end of the change. */
  readonly then?: { readonly method: MethodName; readonly call: (given: Parameters) => object };
}

const noLease = "0".repeat(32);
const leaseAt = (given: Parameters, leases: readonly string[]): string => leases[given.lease] ?? noLease;
const instanceTarget = ({ instance }: Parameters): { instance: string } => ({ instance });
const keyTarget = ({ key }: Parameters): { name: string } => ({ name: key });
const tokenTarget = ({ accessToken }: Parameters): { name: string } => ({ name: accessToken });
const fleetTarget = ({ fleet }: Parameters): { fleet: string } => ({ fleet });
const applied = { method: "fleet.wait", call: fleetTarget } as const;

const ofInstance: ModelledMethod = {
  call: instanceTarget,
  reasons: (model, caller, { instance }) => unreachable(caller, named(model, instance)),
};
const ofFleet: ModelledMethod = {
  call: fleetTarget,
  reasons: ({ fleets }, caller, { fleet }) => unreachable(caller, fleets.get(fleet)),
};
const ofKey: ModelledMethod = {
  call: keyTarget,
  reasons: ({ keys }, caller, { key }) => unreachable(caller, keys.get(key)),
};
const list: ModelledMethod = { callers: "all", call: () => ({}) };

/** For methods that succeed for an absent object. */
function onlyForbidden(reasons: Reasons): Reasons {
  return reasons.filter((reason) => reason === "forbidden");
}

function setStatus(model: Model, name: string, status: "running" | "stopped"): void {
  const instance = model.instances.get(name);
  if (instance !== undefined) {
    model.instances.set(name, { ...instance, status });
  }
}

function unusableKeys({ keys }: Model, caller: Caller, names: readonly string[]): Reasons {
  return names.flatMap((name) => unreachable(caller, keys.get(name)));
}

/** The contracts of the methods that sequences consist of. */
export const modelledMethods: Partial<Record<MethodName, ModelledMethod>> = {
  "instance.create": {
    call: ({ newInstance, keys, ipAddress, withLease, ...given }, leases) => ({
      name: newInstance,
      keys,
      ...(ipAddress === undefined ? {} : { ipAddress }),
      ...(withLease ? { lease: leaseAt({ newInstance, keys, ipAddress, withLease, ...given }, leases) } : {}),
      waitFor: ["running"],
      waitSeconds: 30,
    }),
    reasons: (model, caller, given, leases) => [
      model.instances.has(given.newInstance) && "conflict",
      model.addresses.has(given.ipAddress ?? "") && "conflict",
      ...unusableKeys(model, caller, given.keys),
      ...(given.withLease ? unreachable(caller, model.leases.get(leaseAt(given, leases))) : []),
    ],
    effect: ({ instances }, { account }, given, result, leases) => {
      const { ipAddress } = result as { ipAddress: string };
      const lease = given.withLease ? leaseAt(given, leases) : undefined;
      instances.set(given.newInstance, { account, status: "running", keys: given.keys, ipAddress, lease });
    },
  },
  "instance.get": { ...ofInstance, callers: "all" },
  "instance.wait": { ...ofInstance, callers: "all" },
  "instance.list": list,
  "instance.listForeign": { ...list, callers: "admins" },
  "instance.update": {
    call: ({ instance, newInstance, keys }) => ({ instance, name: newInstance, keys }),
    reasons: (model, caller, { instance, newInstance, keys }) => {
      const before = model.instances.get(instance);
      const added = keys.filter((key) => before?.keys.includes(key) !== true);
      return [
        ...unreachable(caller, named(model, instance)),
        newInstance !== instance && model.instances.has(newInstance) && "conflict",
        model.members.has(instance) && "conflict",
        ...unusableKeys(model, caller, added),
      ];
    },
    effect: ({ instances }, _caller, { instance, newInstance, keys }) => {
      const before = instances.get(instance);
      if (before !== undefined) {
        instances.delete(instance);
        instances.set(newInstance, { ...before, keys });
      }
    },
  },
  "instance.extend": {
    call: ({ instance }) => ({ instance, ttlSeconds: 3600 }),
    reasons: (model, caller, { instance }) => [
      ...unreachable(caller, named(model, instance)),
      model.members.has(instance) && "conflict",
    ],
  },
  "instance.start": {
    ...ofInstance,
    effect: (model, _caller, { instance }) => setStatus(model, instance, "running"),
  },
  "instance.stop": {
    ...ofInstance,
    call: ({ instance }) => ({ instance, graceSeconds: 0 }),
    effect: (model, _caller, { instance }) => setStatus(model, instance, "stopped"),
  },
  "instance.restart": {
    ...ofInstance,
    call: ({ instance }) => ({ instance, graceSeconds: 0 }),
    effect: (model, _caller, { instance }) => setStatus(model, instance, "running"),
  },
  "instance.destroy": {
    ...ofInstance,
    reasons: (model, caller, { instance }) => onlyForbidden(unreachable(caller, named(model, instance))),
    effect: ({ instances, members }, _caller, { instance }) => {
      instances.delete(instance);
      members.delete(instance);
    },
  },
  "fleet.apply": {
    call: ({ fleet, count }) => ({ name: fleet, count, waitFor: ["running"] }),
    reasons: ({ fleets }, { role, account }, { fleet }) => {
      const existing = fleets.get(fleet);
      return [existing !== undefined && role === "user" && existing.account !== account && "conflict"];
    },
    effect: (model, { account }, { fleet, count }) => {
      model.fleets.set(fleet, { account: model.fleets.get(fleet)?.account ?? account, count });
      fill(model, fleet, count);
    },
    then: applied,
  },
  "fleet.get": { ...ofFleet, callers: "all" },
  "fleet.list": list,
  "fleet.extend": { ...ofFleet, call: ({ fleet }) => ({ fleet, ttlSeconds: 3600 }) },
  "fleet.update": {
    ...ofFleet,
    call: ({ fleet, count }) => ({ fleet, count }),
    effect: (model, { account }, { fleet, count }) => {
      model.fleets.set(fleet, { account: model.fleets.get(fleet)?.account ?? account, count });
      fill(model, fleet, count);
    },
    then: applied,
  },
  "fleet.destroy": {
    ...ofFleet,
    reasons: ({ fleets }, caller, { fleet }) => onlyForbidden(unreachable(caller, fleets.get(fleet))),
    effect: (model, _caller, { fleet }) => {
      model.fleets.delete(fleet);
      fill(model, fleet, 0);
    },
  },
  "key.add": {
    call: ({ key }) => ({ name: key, publicKey }),
    reasons: ({ keys }, _caller, { key }) => [keys.has(key) && "conflict"],
    effect: ({ keys }, { account }, { key }) => void keys.set(key, { account }),
  },
  "key.get": { ...ofKey, callers: "all" },
  "key.list": list,
  "key.update": { ...ofKey, call: ({ key }) => ({ name: key, publicKey }) },
  "key.remove": {
    ...ofKey,
    reasons: ({ keys }, caller, { key }) => onlyForbidden(unreachable(caller, keys.get(key))),
    effect: ({ keys, instances }, _caller, { key }) => {
      keys.delete(key);
      for (const [name, instance] of instances) {
        instances.set(name, { ...instance, keys: instance.keys.filter((other) => other !== key) });
      }
    },
  },
  "lease.open": {
    call: () => ({ seconds: 3600 }),
    effect: ({ leases: open }, { account }, _given, result, leases) => {
      const { lease } = result as { lease: string };
      leases.push(lease);
      open.set(lease, { account });
    },
  },
  "lease.renew": {
    call: (given, leases) => ({ lease: leaseAt(given, leases) }),
    reasons: ({ leases: open }, caller, given, leases) =>
      unreachable(caller, open.get(leaseAt(given, leases))),
  },
  "lease.end": {
    call: (given, leases) => ({ lease: leaseAt(given, leases) }),
    reasons: ({ leases: open }, caller, given, leases) =>
      onlyForbidden(unreachable(caller, open.get(leaseAt(given, leases)))),
    effect: ({ leases: open, instances }, _caller, given, _result, leases) => {
      const ended = leaseAt(given, leases);
      open.delete(ended);
      for (const [name, { lease }] of instances) {
        if (lease === ended) {
          instances.delete(name);
        }
      }
    },
  },
  "accessToken.add": {
    callers: "admins",
    call: ({ accessToken, role }) => ({ name: accessToken, role }),
    reasons: ({ accessTokens }, _caller, { accessToken }) => [accessTokens.has(accessToken) && "conflict"],
    effect: ({ accessTokens }, _caller, { accessToken, role }) => void accessTokens.set(accessToken, role),
  },
  "accessToken.rotate": {
    callers: "admins",
    call: tokenTarget,
    reasons: ({ accessTokens }, _caller, { accessToken }) => [!accessTokens.has(accessToken) && "not-found"],
  },
  "accessToken.revoke": {
    callers: "admins",
    call: tokenTarget,
    effect: ({ accessTokens }, _caller, { accessToken }) => void accessTokens.delete(accessToken),
  },
  "accessToken.list": { ...list, callers: "admins" },
  "image.list": list,
  "type.list": list,
  "server.info": list,
};
