import type { HostParameters, InstanceStatus, InstanceWaitParameters } from "./instance";
import type { Claim, Owner } from "./ownership";

/**
 * Names the state of a fleet.
 *
 * - `"applying"`: it is being created or changed.
 * - `"ready"`: every member is ready and has the desired state.
 * - `"degraded"`: members are stopped, lost, failed or unreachable.
 * - `"destroying"`: it is being destroyed.
 * - `"failed"`: an operation failed and could not be undone. The daemon retries the undo.
 */
export type FleetStatus = "applying" | "ready" | "degraded" | "destroying" | "failed";

/** Describes a member of a fleet. */
export interface FleetMember {
  /** The number of the member, from 1. Its name is `<fleet>-<index>`. */
  index: number;
  /** The number of the instance: 500 or more. */
  id: number;
  /** The random identity of the instance: 32 hexadecimal digits. */
  uid: string;
  /** The name of the instance. */
  name: string;
  /** The IPv4 address of the instance. */
  ipAddress: string;
  /** The IPv6 address of the instance. Absent if the daemon had no IPv6 range when it created the instance. */
  ipv6Address?: string;
  /** The host name of the instance. */
  hostname: string;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
  /** The state of the instance. */
  status: InstanceStatus;
  /** The member of the cluster that it is on. Absent for an engine without members. */
  member?: string;
}

/** Contains the numbers of members of a fleet by state. */
export interface FleetCounts {
  /** Members that the fleet should have. */
  wanted: number;
  /** Members that are ready and have the desired state. */
  ready: number;
  /** Members that are being created. */
  pending: number;
  /** Members that failed, stopped or do not exist. */
  failed: number;
}

/** Describes a fleet without its members. */
export interface FleetSummary {
  /** The name of the fleet, unique on the daemon. */
  name: string;
  /** The random identity of this fleet: 32 hexadecimal digits. A recovery changes it. */
  uid: string;
  /** The state of the fleet. */
  status: FleetStatus;
  /** The numbers of its members by state. */
  counts: FleetCounts;
  /** The name of the image of its members. */
  image: string;
  /** The name of the instance type of its members. */
  type: string;
  /** The names of the keys that can log in as root on its members. */
  keys: string[];
  /**
   * The labels of the fleet and its members, including those that MiniCloud sets, whose keys start with `minicloud/`.
   */
  labels: Record<string, string>;
  /** When it was created: a UTC time in ISO 8601. */
  createdAt: string;
  /** Its time to live in seconds. Absent if it has none. */
  ttlSeconds?: number;
  /** True if the quota of the account imposed the time to live, because no client gave one. Absent otherwise. */
  ttlImposed?: boolean;
  /** When the daemon destroys it unless its TTL is renewed before: a UTC time in ISO 8601. Absent if it has no TTL. */
  expiresAt?: string;
  /** The lease with whose end the daemon destroys it. Absent if it has none. */
  lease?: string;
  /** The SHA-256 digest of its `userData`, in hexadecimal. Absent if it has none. */
  userDataDigest?: string;
  /** True if its members exist in the daemon's memory only. */
  simulated: boolean;
  /** What failed, or which members are unreachable. Absent if nothing failed. */
  failure?: string;
  /** The account that it belongs to: the name of the token that created it. Absent for old daemons. */
  account?: string;
  /** The resource that owns it. Absent if it has no owner. */
  owner?: Owner;
}

/** Describes a fleet. */
export interface Fleet extends FleetSummary {
  /** The members that exist, in the order of their numbers. */
  members: FleetMember[];
}

/** Selects a fleet. */
export interface FleetTarget {
  /** The name of the fleet. */
  fleet: string;
  /** The `uid` that the fleet must have. With another one, the fleet counts as `not-found`. Default: any. */
  uid?: string;
  /** The id that the daemon must have. Another daemon refuses the call with `conflict`. Default: any. */
  serverId?: string;
}

/** Contains the parameters of `fleet.apply`. What is absent has its default, also if the fleet exists. */
export interface FleetApplyParameters extends HostParameters, Claim {
  /** The name of the fleet: 1 to 57 of `a-z`, `0-9` and `-`. Its members are `<name>-1` to `<name>-<count>`. */
  name: string;
  /** The number of members: 1 to 10000. */
  count: number;
  /**
   * A free IPv4 address of the daemon's range for each member, in the order of their numbers. Default: free addresses.
   */
  addresses?: string[];
  /** How many members can be missing at a time while they are replaced: 1 or more. Default: all. */
  maxUnavailable?: number;
  /**
   * `"fleet"`: the members reach each other, and no other instances reach them. `"stack"`: as for an instance. A change
   * replaces the members. Only daemons with the feature `isolate` accept it. Default: all instances of the same account
   * that are not isolated reach them.
   */
  isolate?: "stack" | "fleet";
  /**
   * Makes the call repeatable: the same token selects the same fleet. 8 to 128 of `A-Z`, `a-z`, `0-9`, `_` and `-`.
   * Default: the name selects the fleet.
   */
  clientToken?: string;
  /**
   * The `uid` of the fleet to change. Without a fleet that has it, the call fails with `not-found`. Default: any fleet,
   * or a new one.
   */
  uid?: string;
  /** The id that the daemon must have. Another daemon refuses the call with `conflict`. Default: any. */
  serverId?: string;
}

/** Contains the parameters of `fleet.check`. */
export interface FleetCheckParameters
  extends Pick<
    FleetApplyParameters,
    "name" | "count" | "image" | "type" | "keys" | "labels" | "addresses" | "member" | "group"
  > {
  /** The client token of the fleet that the new one would replace. */
  clientToken: string;
}

/** Contains the parameters of `fleet.confirm`. */
export interface FleetConfirmParameters extends FleetTarget {
  /** The `uid` that the caller has recorded. */
  uid: string;
  /** The resource that owns the fleet. */
  owner: Owner;
}

/** Contains the parameters of `fleet.wait`. */
export interface FleetWaitParameters extends FleetTarget, Pick<InstanceWaitParameters, "timeoutSeconds"> {}

/** Contains the result of `fleet.wait`. */
export interface FleetWaitResult {
  /** True if the last change is complete. False if the time is over. */
  done: boolean;
  /** The fleet. */
  fleet: FleetSummary;
}

/** Contains the parameters of `fleet.extend`. */
export interface FleetExtendParameters extends FleetTarget {
  /** The time to live from now on, in seconds: 1 to 315360000 (ten years). Default: the one that the fleet has. */
  ttlSeconds?: number;
}

/** Contains the parameters of `fleet.update`. What is absent stays as it is. */
export interface FleetUpdateParameters extends FleetTarget {
  /** The number of members: 1 to 10000. The members with the highest numbers are added or destroyed. */
  count?: number;
  /** The time to live from now on, in seconds: 1 to 315360000 (ten years). 0 removes it. */
  ttlSeconds?: number;
}

/** Tells what `fleet.destroy` destroyed. */
export interface FleetDestruction {
  /** The number of destroyed members. */
  destroyed: number;
}
