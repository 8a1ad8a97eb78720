import type { Adoption, Claim, Owner } from "./ownership";
import type { Rung } from "./readiness";

/**
 * Names the state of an instance.
 *
 * - `"pending"`: it is being created, and is not ready yet.
 * - `"running"`: it is ready, or it was started again.
 * - `"stopped"`: it is shut down. Its files remain.
 * - `"destroying"`: it is being destroyed.
 * - `"failed"`: an operation failed and could not be undone, or its undo was not requested. See {@link Instance.failure}.
 * - `"unreachable"`: its member of the cluster does not answer. It can still run there. See {@link Instance.member}.
 */
export type InstanceStatus = "pending" | "running" | "stopped" | "destroying" | "failed" | "unreachable";

/** Describes the position of an instance in its fleet. */
export interface FleetPlace {
  /** The name of the fleet. */
  name: string;
  /** The number of the member, from 1. At its creation, the name of the instance was `<fleet>-<index>`. */
  index: number;
}

/** Describes an instance. */
export interface Instance {
  /** The number of the instance: 500 or more. A daemon uses each number once. */
  id: number;
  /** The random identity of this instance: 32 hexadecimal digits. An adoption or a recovery changes it. */
  uid: string;
  /** The name of the instance, unique on the daemon. */
  name: string;
  /** The state of the instance. */
  status: InstanceStatus;
  /** The IPv4 address of the instance. */
  ipAddress: string;
  /** The IPv6 address of the instance. Absent if the daemon had no IPv6 range when it created the instance. */
  ipv6Address?: string;
  /** The host name of the instance. */
  hostname: string;
  /** The name of its image. */
  image: string;
  /** The name of its instance type. */
  type: string;
  /** The names of the keys that can log in as root. */
  keys: string[];
  /** Its labels, including those that MiniCloud sets, whose keys start with `minicloud/`. */
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
  /**
   * The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. Empty for a
   * container that was taken over and has none.
   */
  sshHostKey: string;
  /** True if the instance exists in the daemon's memory only. */
  simulated: boolean;
  /**
   * What failed: always if the status is `failed` or `unreachable`. Otherwise why the instance could not be started again, or
   * that it ran out of memory since its last start. Absent if nothing failed.
   */
  failure?: string;
  /** The member of the cluster that it is on. Absent for an engine without members, and before it is created. */
  member?: string;
  /** Its position in a fleet. Absent if it is not a member of a fleet. */
  fleet?: FleetPlace;
  /**
   * What a pending instance waits for: a rung, such as `ssh` or `tcp 80`, or `userData`. Absent if it waits for
   * nothing.
   */
  waitingFor?: string;
  /** The account that it belongs to: the name of the token that created it. Absent for old daemons. */
  account?: string;
  /** The resource that owns it. Absent if it has no owner. A member of a fleet has the owner of the fleet. */
  owner?: Owner;
}

/** Describes a container on the daemon's engine that MiniCloud did not create. */
export interface ForeignContainer {
  /** The engine's id of the container. */
  engineId: string;
  /** The engine's name for its state. */
  status: string;
  /** Its name. Absent if it has none. */
  name?: string;
  /** Its host name. Absent if the engine does not tell it. */
  hostname?: string;
  /** Its image or template. Absent if the engine does not tell it. */
  image?: string;
  /** Its IP addresses. */
  ipAddresses: string[];
}

/** Selects an instance. */
export interface InstanceTarget {
  /** The id or the name of the instance. */
  instance: number | string;
  /** The `uid` that the instance must have. With another one, the instance counts as `not-found`. Default: any. */
  uid?: string;
  /** The id that the daemon must have. Another daemon refuses the call with `conflict`. Default: any. */
  serverId?: string;
}

/** Selects by labels. */
export interface LabelFilter {
  /** The labels that a result must have, all of them. Default: none. */
  labels?: Record<string, string>;
}

/** Chooses where an instance is created. Only one of them can be given. Only daemons with the feature `placement` accept them. */
export interface PlacementParameters {
  /** The name of the member of the cluster. Default: the engine spreads instances over all members. */
  member?: string;
  /** The name of a group of members, from which the engine chooses one. Default: all members. */
  group?: string;
}

/** Contains the parameters that single instances and the members of fleets share. */
export interface HostParameters extends PlacementParameters {
  /** The name of the image. Default: `micro`. */
  image?: string;
  /** The name of the instance type. Default: `basic`. */
  type?: string;
  /** The names of the keys that can log in as root, at most 64. Default: none. */
  keys?: string[];
  /** At most 64 labels. A key has 1 to 63 characters, a value at most 255. Default: none. */
  labels?: Record<string, string>;
  /**
   * The conditions of readiness in their order: one rung, or 1 to 16. Default: `ssh`; `running` if the image has no SSH
   * server.
   */
  waitFor?: Rung | Rung[];
  /**
   * A script that root runs once after the first start: after `running`, `address` and `ssh`, and before the other rungs.
   * It must exit with 0. The program in its `#!` line runs it, by default `/bin/sh`. White space before
   * the first `#!` and the indentation common to its lines are removed. At most 256 KiB. Other formats, such as
   * `#cloud-config`, and an empty text are refused. Default: none.
   */
  userData?: string;
  /**
   * Omits the output of `userData` and of the commands of `waitFor` from all messages, because it can contain secrets.
   * `instance.log` returns the output of `userData`. Only daemons with the feature `hideOutput` accept it. Default: false.
   */
  hideOutput?: boolean;
  /**
   * The deadline for readiness of an instance, in seconds from its start, including `userData`: 1 to 3600. Default:
   * 120.
   */
  readyTimeoutSeconds?: number;
  /**
   * The time to live in seconds: 1 to 315360000 (ten years). Default: as the quota of the account says, and none without one.
   */
  ttlSeconds?: number;
  /** Asks for no time to live, also where a quota would give one. Default: false. */
  noTtl?: boolean;
  /** The lease with whose end the daemon destroys it. Default: none. */
  lease?: string;
  /**
   * Keeps an instance whose creation failed, with the status `failed`, for inspection. Default: false, it is removed.
   */
  keepOnFailure?: boolean;
}

/** Contains the parameters of `instance.create`. */
export interface InstanceCreateParameters extends HostParameters, Claim {
  /** The name: 1 to 63 of `a-z`, `0-9` and `-`, not digits only, unique on the daemon. Default: `mcc-<id>`. */
  name?: string;
  /** A free IPv4 address of the daemon's range. Default: a free address that the daemon selects. */
  ipAddress?: string;
  /** The host name: labels of `a-z`, `0-9` and `-`, joined by dots, at most 253 characters. Default: the name. */
  hostname?: string;
  /**
   * Makes the call repeatable: the same token returns the same instance. 8 to 128 of `A-Z`, `a-z`, `0-9`, `_` and `-`.
   * Default: each call creates an instance.
   */
  clientToken?: string;
  /** How long the answer waits until the instance is ready, in seconds: 0 to 60. Default: 0. */
  waitSeconds?: number;
  /**
   * `"stack"`: only the isolated instances of the same stack reach it, and it only those. Only daemons with the feature
   * `isolate` accept it. Default: all instances of the same account that are not isolated reach it.
   */
  isolate?: "stack";
}

/** Contains the parameters of `instance.check`. */
export interface InstanceCheckParameters
  extends Pick<
    InstanceCreateParameters,
    "image" | "type" | "keys" | "name" | "ipAddress" | "hostname" | "labels" | "member" | "group"
  > {
  /** The client token of the instance that the create would replace. */
  clientToken: string;
}

/** Contains the parameters of `instance.confirm`. */
export interface InstanceConfirmParameters extends InstanceTarget {
  /** The `uid` that the caller has recorded. */
  uid: string;
  /** The resource that owns the instance. */
  owner: Owner;
}

/** Contains the parameters of `instance.wait`. */
export interface InstanceWaitParameters extends InstanceTarget {
  /** How long to wait, in seconds: 0 to 60. Default: 60. */
  timeoutSeconds?: number;
}

/** Contains the result of `instance.wait`. */
export interface InstanceWaitResult {
  /** True if the instance is ready. False if the time is over. */
  ready: boolean;
  /** The instance. */
  instance: Instance;
}

/** Contains the parameters of `instance.update`. What is absent does not change. */
export interface InstanceUpdateParameters extends InstanceTarget {
  /** The new name. The host name does not change. */
  name?: string;
  /** The name of the new instance type, whose limits apply immediately. */
  type?: string;
  /** The names of all keys that can log in as root from now on, at most 64. */
  keys?: string[];
  /** All labels that the instance has from now on, at most 64. */
  labels?: Record<string, string>;
  /** The new time to live in seconds from now: 1 to 315360000 (ten years), or 0 for none. */
  ttlSeconds?: number;
  /** Gives an instance without an owner to a resource, and assigns a new `uid`. */
  adopt?: Adoption;
  /** True removes the owner of the instance. */
  release?: boolean;
}

/** Contains the parameters of `instance.extend`. */
export interface InstanceExtendParameters extends InstanceTarget {
  /** The time to live from now on, in seconds: 1 to 315360000 (ten years). Default: the one that the instance has. */
  ttlSeconds?: number;
}

/** Contains the parameters of `instance.stop` and `instance.restart`. */
export interface InstanceStopParameters extends InstanceTarget {
  /** How long a clean shutdown can take before it is forced, in seconds: 0 to 600. Default: 10. */
  graceSeconds?: number;
}

/** Contains the parameters of `instance.exec`. */
export interface InstanceExecParameters extends InstanceTarget {
  /** The program and its arguments: 1 to 1024 strings of at most 131071 bytes, 1 MiB in total. No shell reads them. */
  command: string[];
  /** The standard input of the command in base64, at most 12 MB before the encoding. Default: empty. */
  stdin?: string;
  /** How long the command can run before it is killed, in seconds: 1 to 3600. Default: 60. */
  timeoutSeconds?: number;
  /** How many bytes of standard output, and of standard error, are returned: 0 to 16 MiB. Default: 1 MiB. */
  maxOutputBytes?: number;
  /** If the time is over, returns the output so far instead of failing with `timeout`. Default: false. */
  outputOnTimeout?: boolean;
}

/** Contains the result of `instance.exec`. */
export interface InstanceExecResult {
  /** The exit code of the command. */
  exitCode: number;
  /** The standard output of the command, in base64. */
  stdout: string;
  /** The standard error of the command, in base64. */
  stderr: string;
  /** True if the command wrote more than `maxOutputBytes` to either of them. */
  truncated: boolean;
  /** True if the command was killed because its time was over. Absent otherwise. */
  timedOut?: boolean;
  /** True if the kernel killed processes of the instance during the command because memory was used up. Absent otherwise. */
  outOfMemory?: boolean;
}

/** Contains the parameters of `instance.execStart`. */
export interface InstanceExecStartParameters
  extends InstanceTarget,
    Pick<InstanceExecParameters, "command" | "timeoutSeconds"> {
  /** Whether `instance.execWrite` sends standard input. Default: false, the input is empty. */
  stdin?: boolean;
}

/** Names a command of `instance.execStart`. */
export interface InstanceExecStream {
  /** The id of the command: 32 hexadecimal digits. */
  exec: string;
}

/** Contains the parameters of `instance.execRead`. */
export interface InstanceExecReadParameters extends InstanceExecStream {
  /** The number of the last answer that arrived: 0 for the first call. The same number returns the same answer. */
  after: number;
  /** How long to wait for output or the end, in seconds: 0 to 30. Default: 5. */
  waitSeconds?: number;
}

/** Contains the result of `instance.execRead`. */
export interface InstanceExecReadResult {
  /** The number of this answer: `after` + 1. */
  number: number;
  /** The standard output since the last answer, in base64. */
  stdout: string;
  /** The standard error since the last answer, in base64. */
  stderr: string;
  /** The exit code of the command. Present only in the last answer. */
  exitCode?: number;
  /** True in the last answer if the command was killed because its time was over. Absent otherwise. */
  timedOut?: boolean;
  /** True in the last answer if the kernel killed processes of the instance because memory was used up. Absent otherwise. */
  outOfMemory?: boolean;
}

/** Contains the parameters of `instance.execWrite`. */
export interface InstanceExecWriteParameters extends InstanceExecStream {
  /** The position of the piece in the standard input, in bytes. Bytes that arrived before are skipped. */
  offset: number;
  /** The piece in base64, at most 1 MiB before the encoding. Default: empty, which keeps the command alive. */
  data?: string;
  /** Whether the input ends after this piece. Default: false. */
  end?: boolean;
}

/** Contains the result of `instance.execWrite`. */
export interface InstanceExecWriteResult {
  /** How many bytes of the input have arrived. Less than the end of the piece if there was no room within 5 seconds. */
  received: number;
}

/** Tells whether `instance.execEnd` had something to end. */
export interface InstanceExecEndResult {
  /** False if the command did not exist. */
  ended: boolean;
}

/** Contains the result of `instance.log`. */
export interface InstanceLogResult {
  /** True if the script has not ended yet, or has not started. */
  running: boolean;
  /** The exit code of the script. Absent if the script did not exit by itself. */
  exitCode?: number;
  /** The end of its standard output and standard error, in the order in which they were written, in base64. */
  output: string;
  /** True if there was earlier output that `output` omits. */
  truncated: boolean;
}

/** Contains the parameters of `instance.takeOver`. */
export interface InstanceTakeOverParameters {
  /** The engine's id or name of the container: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`. */
  container: string;
  /** The name of the instance. Default: the name of the container if an instance can have it, otherwise `mcc-<id>`. */
  name?: string;
  /** The names of keys that can log in as root, in addition to the keys that the container has. Default: none. */
  keys?: string[];
  /** The labels of the instance, at most 64. Default: none. */
  labels?: Record<string, string>;
}

/** Tells whether `instance.destroy` had something to destroy. */
export interface InstanceDestruction {
  /** False if the instance did not exist. */
  destroyed: boolean;
}
