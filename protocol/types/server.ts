import type { CallerIdentity } from "./access-token";
import type { Member } from "./member";
import type { PoolState } from "./pool";
import type { Quota } from "./quota";

/**
 * Names a feature that daemons of earlier releases do not have.
 *
 * - `"audit"`: the method `audit.list`.
 * - `"isolate"`: the parameter `isolate` of `instance.create` and `fleet.apply`.
 * - `"hideOutput"`: the parameter `hideOutput` of `instance.create` and `fleet.apply`.
 * - `"check"`: the methods `instance.check` and `fleet.check`.
 * - `"ownership"`: creates with `attempt` and `owner`, the methods `*.confirm` and `token.list`, and `adopt` of
 *   `instance.update`.
 * - `"fleetUpdate"`: the method `fleet.update`.
 * - `"execStream"`: the methods `instance.execStart`, `execRead`, `execWrite` and `execEnd`.
 * - `"accessTokens"`: the methods `accessToken.*`, and `caller` of `server.info`.
 * - `"quotas"`: the method `accessToken.setQuota`, `limits` of `accessToken.add`, `quota` of results, and `noTtl` of
 *   `instance.create` and `fleet.apply`.
 * - `"imageUpload"`: the methods `image.uploadStart`, `uploadWrite`, `uploadEnd` and `uploadCancel`.
 * - `"events"`: the method `event.list`, and `GET /events`.
 * - `"pools"`: the methods `pool.set` and `pool.list`, and `pools` of `server.info`.
 * - `"placement"`: the parameters `member` and `group` of `instance.create`, `instance.check`, `fleet.apply` and `fleet.check`,
 *   and `members` of `server.info`.
 * - `"simulatedMembers"`: the method `member.simulate`.
 */
export type Feature =
  | "hideOutput"
  | "check"
  | "ownership"
  | "fleetUpdate"
  | "execStream"
  | "accessTokens"
  | "isolate"
  | "audit"
  | "quotas"
  | "imageUpload"
  | "pools"
  | "events"
  | "placement"
  | "simulatedMembers"
  | "usage";

/** Describes a damaged file of the daemon's state folder. */
export interface DamagedFile {
  /** The path of the file, relative to the state folder. */
  file: string;
  /** What is wrong with it. */
  reason: string;
  /** When the daemon found it: a UTC time in ISO 8601. */
  time: string;
  /**
   * The absolute path on the daemon's host to which the daemon moved it. Absent if the file is missing or could not be
   * moved.
   */
  movedTo?: string;
}

/** Describes the range of addresses from which the daemon assigns addresses to instances. */
export interface AddressPool {
  /** The first IPv4 address of the range. */
  first: string;
  /** The last IPv4 address of the range. */
  last: string;
  /** The number of addresses in the range. */
  size: number;
  /** The number of addresses that a new instance can get. */
  free: number;
}

/** Describes a condition that keeps instances from the network and that the daemon cannot repair. */
export interface NetworkProblem {
  /** What is wrong. */
  problem: string;
  /** What the operator of the daemon's host must do. */
  remedy: string;
}

/** Describes the state of the network that the daemon made for its instances. */
export interface NetworkState {
  /** The problems that exist. Empty if everything works. */
  problems: NetworkProblem[];
  /** How often the daemon repaired its network since its start, because another program had changed it. */
  repairs: number;
}

/** Describes a daemon. */
export interface ServerInfo {
  /** The random identity of the daemon's state folder: 32 hexadecimal digits. */
  serverId: string;
  /** The release of MiniCloud that the daemon runs, such as `0.1.0`. */
  version: string;
  /** The version of the protocol that the daemon speaks. */
  protocolVersion: number;
  /** The name of the driver, such as `lxc`, `openvz` or `simulated`. */
  driver: string;
  /** True if instances exist in the daemon's memory only. */
  simulated: boolean;
  /** The range of addresses of the instances. */
  addressPool: AddressPool;
  /** The number of instances. */
  instances: number;
  /**
   * The features of the daemon: each {@link Feature} that it has, and others in later releases. Empty for old daemons.
   */
  features: string[];
  /** The damaged files of the state folder that the daemon found: the latest 100, the newest first. */
  damaged: DamagedFile[];
  /** The number of damaged files that the daemon found, including those that `damaged` omits. */
  damagedTotal: number;
  /**
   * The state of the network a few seconds ago. Absent for a driver that makes no network, and for old daemons.
   */
  network?: NetworkState;
  /** The instances that the daemon starts ahead, for an admin or a reader. Absent for a user, and for old daemons. */
  pools?: PoolState[];
  /**
   * The members of the cluster a few seconds ago, by their names. Absent for an engine without members, while the engine does
   * not answer, and for old daemons.
   */
  members?: Member[];
  /**
   * The jump host through which clients reach the instances by SSH, as `ssh -J` takes it; `none`: a direct connection. Absent
   * if the operator set none, and for old daemons.
   */
  sshJump?: string;
  /** The token of this call. Absent for old daemons. */
  caller?: CallerIdentity;
  /** What the account of this call may have, and what it has. Absent without limits, and for old daemons. */
  quota?: Quota;
  /** When the daemon started: a UTC time in ISO 8601. */
  startedAt: string;
  /** The time of the daemon's clock, to which its other times refer: a UTC time in ISO 8601. */
  now: string;
}
