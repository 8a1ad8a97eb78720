import type { Readable, Writable } from "node:stream";
import type { Image } from "../../protocol/methods/image";
import type { InstanceType } from "../../protocol/methods/instance-type";
import type { ArchiveLimits } from "../support/archives/limits";

/** A file in a container, owned by the container's root. */
export interface ContainerFile {
  /** The absolute path in the container. Missing folders are created. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  /** Mode of the last folder; an existing one is changed. Default: 0755 for a new folder. */
  readonly folderMode?: number;
  /** The SSH server that alone reads it. A driver may leave it out if the image has only the other one. */
  readonly readBy?: "openssh" | "dropbear";
}

/** The properties of a new container. */
export interface ContainerSpec {
  readonly id: number;
  readonly uid: string;
  readonly name: string;
  readonly image: string;
  readonly hostname: string;
  readonly ipAddress: string;
  /** In `Network.ipv6`. Default: only a link-local one. */
  readonly ipv6Address?: string | undefined;
  readonly nameservers: readonly string[];
  /**
   * The group of containers that reach each other: any text. Only for a driver with `capabilities.isolates`. Default: the
   * group of all containers without one.
   */
  readonly networkGroup?: string | undefined;
  /** Whether it reaches no other container, of any group, until it is claimed. Default: no. */
  readonly unclaimed?: true | undefined;
  /**
   * Returns lines in the format of hosts(5) for the container's /etc/hosts; called when the file is written. Only for a
   * driver with `setHosts`. Default: the container knows its own name.
   */
  readonly hosts?: (() => readonly string[]) | undefined;
  readonly type: InstanceType;
  /** Only for a driver with `capabilities.placement`. Default: the engine chooses. */
  readonly placement?: Placement | undefined;
  /** Written before the container's first process starts. */
  readonly files: readonly ContainerFile[];
}

/** What a running container gets from its owner, who claims it. */
export type ContainerClaim = Pick<
  ContainerSpec,
  "name" | "hostname" | "nameservers" | "networkGroup" | "hosts" | "type" | "files"
>;

/**
 * Gives containers that were started ahead to their owners. Afterwards such a container is the same as one that was created
 * for its owner.
 */
export interface Claims {
  /** Whether a running container can get this type, whatever its present type is. */
  accepts(type: InstanceType): boolean;

  /**
   * Prepares a running container that was created with `ContainerSpec.unclaimed`, so that its claim is fast. What it keeps
   * open ends with the claim, with the container and with the driver.
   */
  prepare(id: number): Promise<void>;

  /**
   * Gives a prepared container its owner's properties. Starts no process for the files that the container was created
   * with. After a failure, the container must be destroyed.
   */
  claim(id: number, as: ContainerClaim): Promise<void>;
}

/** The result of a create. */
export interface MadeContainer {
  /** Whether its root file system has an SSH server, so that clients can wait for it. */
  readonly hasSshServer: boolean;
  /** The member of the cluster that it is on. Absent for an engine without members. */
  readonly member?: string | undefined;
}

/** `unreachable`: its member of the cluster does not answer, so that nobody knows whether it runs. */
export type ContainerState = "running" | "stopped" | "unreachable";

/** A container of this daemon in the engine's list. */
export interface Container {
  readonly id: number;
  readonly state: ContainerState;
  /** The member of the cluster that it is on. Absent for an engine without members. */
  readonly member?: string | undefined;
}

/** Where a container may be created. Absent parts leave the choice to the engine. */
export interface Placement {
  /** The name of a member of the cluster. */
  readonly member?: string | undefined;
  /** The name of a group of members. */
  readonly group?: string | undefined;
}

/** A machine of a cluster. Unknown amounts are absent. */
export interface Member {
  readonly name: string;
  /** `evacuated`: it answers and takes no containers. */
  readonly state: "online" | "offline" | "evacuated";
  readonly groups: readonly string[];
  /** The number of containers of this daemon. */
  readonly containers: number;
  readonly processors?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly freeMemoryBytes?: number | undefined;
  readonly diskBytes?: number | undefined;
  readonly freeDiskBytes?: number | undefined;
}

/** A member of the cluster that the simulated driver has. */
export interface SimulatedMember {
  readonly name: string;
  readonly group: string;
}

/** What a running container uses. Unknown amounts are absent, and never 0. */
export interface Usage {
  readonly id: number;
  /** When it was measured, in milliseconds since 1970. */
  readonly atMs: number;
  /** Without the cache of files that the kernel can free at any moment. */
  readonly memoryBytes?: number | undefined;
  /** The processor time since the start. */
  readonly cpuSeconds?: number | undefined;
  /** With their threads. */
  readonly processes?: number | undefined;
  readonly diskBytes?: number | undefined;
}

/** What the engine itself knows of a container of this daemon. Unknown properties are absent. */
export interface Remains {
  readonly uid?: string | undefined;
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  readonly image?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly ipv6Address?: string | undefined;
  /** ISO 8601, in UTC. */
  readonly createdAt?: string | undefined;
}

/** A container on the same engine that this daemon did not create. It is never touched, unless it is taken over. */
export interface ForeignContainer {
  /** The engine's own id for it. A container of this daemon with the same id would have the same name. */
  readonly engineId: string;
  /** The status in the engine's own term. */
  readonly status: string;
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly image: string | undefined;
  readonly ipAddresses: readonly string[];
}

/** Takes over foreign containers without stopping them. */
export interface TakesOver {
  /**
   * Returns the container with this id or name of the engine.
   *
   * @throws MccError `not-found`; `conflict` for one that belongs to a daemon already, or whose files are in a place
   * that the driver does not support.
   */
  find(engineId: string): Promise<TakeableContainer>;

  /** Takes a container over: from now on, `list` shows it under the id, and `foreign` does not. */
  take(engineId: string, as: { readonly id: number; readonly uid: string }): Promise<void>;

  /** Undoes `take`, complete or not, also that of a dead daemon. A container that is gone or not taken is a success. */
  giveBack(id: number, before: FormerMarks): Promise<void>;
}

/** The properties that a takeover replaces. */
export interface FormerMarks {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

export interface TakeableContainer extends ForeignContainer {
  readonly description: string | undefined;
  /** The name of its type, if the engine knows it. */
  readonly type: string | undefined;
}

export interface ExecRequest {
  /** The command and its arguments. No shell interprets them. */
  readonly command: readonly string[];
  /** Its standard input: all of it, or a stream. */
  readonly stdin: Uint8Array | Readable;
  /** Gets the output while the command runs, in place of the result. Default: nothing does. */
  readonly output?: ExecOutput | undefined;
  /** The time limit. Then the command is killed and a CommandTimeout is thrown. */
  readonly timeoutMs: number;
  /** The limit of stdout and of stderr, each. More output is discarded. */
  readonly maxOutputBytes: number;
  /** Kills the command like the time limit. Then the signal's reason, an Error, is thrown. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** The streams for the output of a command. The command waits while one of them takes no more. */
export interface ExecOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface ExecResult {
  /** 128 + the signal's number for a command that a signal ended; 127 for a command that does not exist. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: boolean;
}

/** Something the driver needs and this host lacks. */
export interface Finding {
  /** What is missing and its purpose: `lxc-start is not installed; it starts the containers`. */
  readonly lacking: string;
  /** The command or the step that fixes it. */
  readonly remedy: string;
  /** Whether the driver works without it. Default: no. */
  readonly optional?: true;
}

/** What the operator's configuration needs in addition to containers. */
export interface Needs {
  /** Limits of the disk: `diskBytes` of instance types. Default: no. */
  readonly diskLimits?: boolean;
  /** Also returns what improves instances and is not necessary, marked `optional`. Default: no. */
  readonly optional?: boolean;
}

/** The features of an engine. */
export interface Capabilities {
  /** Whether containers exist only in memory. Then they have no SSH, and nothing survives the daemon. */
  readonly simulated: boolean;
  /**
   * Whether the driver creates the instances' network from `Network`. A change of it disconnects existing instances.
   */
  readonly ownsNetwork: boolean;
  /** Whether containers of different groups (`ContainerSpec.networkGroup`) do not reach each other. */
  readonly isolates: boolean;
  /** Whether the engine has members, so that `ContainerSpec.placement` works and `Driver.members` exists. */
  readonly placement: boolean;
  /** Whether `image.import` and `image.remove` work. */
  readonly importsImages: boolean;
  /** The group of the containers' root on the host. Absent for an engine without user namespaces. */
  readonly guestGroup?: number;
  /** The number of containers to create, start or destroy at a time. More would not be faster. */
  readonly changesAtOnce: number;
  /**
   * The number of containers to destroy at a time, in addition to other changes. Default: a destroy is one of `changesAtOnce`.
   */
  readonly destroysAtOnce?: number;
}

/** The network of the instances. */
export interface Network {
  /** Such as `198.18.0.0`. */
  readonly address: string;
  readonly prefixLength: number;
  /** The host's own address in the network. Instances never get it. */
  readonly gateway: string;
  /** Whether instances reach other networks through the host's address. */
  readonly nat: boolean;
  /** Undefined if instances have no IPv6 addresses but link-local ones. */
  readonly ipv6?: Ipv6Network | undefined;
}

/** The IPv6 part of a network. */
export interface Ipv6Network {
  /** `fd00:1234::` */
  readonly address: string;
  readonly prefixLength: number;
  /** The host's own address in it; never an instance's. */
  readonly gateway: string;
}

/** Something that keeps instances from the network, and that the driver cannot repair. */
export interface NetworkProblem {
  readonly problem: string;
  /** What the operator must do. */
  readonly remedy: string;
}

/** What the driver knows of the network that it made. */
export interface NetworkHealth {
  readonly problems: readonly NetworkProblem[];
  /** How often the driver repaired its network since it was opened, because others had changed it. */
  readonly repairs: number;
}

/** The options of a driver. */
export interface DriverOptions {
  /** The driver's own folder, inside the state folder. */
  readonly folder: string;
  /** 32 hexadecimal digits that distinguish this daemon's containers from others on the same host. */
  readonly serverId: string;
  readonly network: Network;
  /** The time limit of one engine command. */
  readonly commandTimeoutMs: number;
  readonly log: DriverLog;
  /** For a driver whose engine is a server of its own. Default: that on this host, with its usual names. */
  readonly engine?: EngineOptions | undefined;
  /** Reports a damaged file of the driver to the operator. The driver works without the file. */
  readonly reportDamage?: ((path: string, reason: string) => void) | undefined;
  /**
   * Moves another entry away that is in the place of a folder of the driver, and reports it. Default: it stays.
   *
   * @returns whether the folder exists.
   */
  readonly requireFolder?: ((path: string) => Promise<boolean>) | undefined;
  /** For the simulated driver: the members of its cluster. Default: it has no members. */
  readonly simulatedMembers?: readonly SimulatedMember[] | undefined;
  /**
   * For tests: the maximal number of containers on a bridge, for a driver with bridges. Default: the kernel's maximum.
   */
  readonly containersPerBridge?: number | undefined;
}

/** How the server of an engine is reached and used, as the operator wrote it. The driver checks it. */
export interface EngineOptions {
  /** URLs with commas between them. */
  readonly url?: string | undefined;
  /** What the server accepts this daemon for at the first contact. */
  readonly token?: string | undefined;
  readonly project?: string | undefined;
  readonly pool?: string | undefined;
  readonly nic?: string | undefined;
  /** The group of members for containers without a placement. */
  readonly group?: string | undefined;
}

/** The part of pino's logger for drivers. */
export interface DriverLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Controls one container engine. The cloud accesses the engine only through it, and every driver passes one contract
 * suite (`test/server/driver/contract.ts`).
 *
 * Every failure is an MccError: `engine` with the engine's own message; `timeout`; `not-found` for an id or an image
 * only if the engine itself reports that it does not exist, never for a missing answer; `conflict` for an id or a name
 * that is taken, a container that does not run but must, a network that belongs to others; `invalid` for a file that is
 * not a valid tarball; `unreachable` where a member of the cluster does not answer, which is never a `not-found`.
 */
export interface Driver {
  readonly capabilities: Capabilities;

  /** Absent for an engine that does not support takeovers. */
  readonly takesOver?: TakesOver;

  /** Absent for an engine whose running containers cannot become those of an owner. */
  readonly claims?: Claims;

  /** Returns what this host lacks; empty if the driver can work. Changes nothing. */
  preflight(needs?: Needs): Promise<Finding[]>;

  /** Creates what containers share, such as the bridge. Repeatable: existing parts stay. */
  open(): Promise<void>;

  /** Ends the driver's background work. Containers continue to run. */
  close(): Promise<void>;

  /** Removes what `open` created. Must be called when no containers are left. */
  purge(): Promise<void>;

  images(): Promise<Image[]>;
  /**
   * Imports an image. A failed import leaves nothing.
   *
   * @param tarballPath absolute, on this host.
   * @param limits default: `archiveLimits`.
   */
  importImage(name: string, tarballPath: string, limits?: ArchiveLimits): Promise<Image>;
  /**
   * Removes an image, also a damaged one. The caller ensures that no container uses it.
   *
   * @returns false if none existed.
   */
  removeImage(name: string): Promise<boolean>;

  /** Returns the engine's own instance types; empty for an engine that accepts any limits. */
  types(): Promise<InstanceType[]>;

  /** Lists the members of the cluster. Absent for an engine without members. */
  members?(): Promise<Member[]>;

  /**
   * Changes the state of a member; `removed` also removes its containers. Absent for an engine whose members are real.
   *
   * @throws MccError `not-found` if there is no such member.
   */
  simulateMember?(name: string, state: Member["state"] | "removed"): Promise<void>;

  /** Lists all containers of this daemon, also those created only in part, at one time. */
  list(): Promise<Container[]>;

  /** Returns all that can be found out about a container in any state. For a container whose record is lost. */
  remains(id: number): Promise<Remains>;

  /** Lists all other containers on the engine. Their ids, names and addresses must not be assigned to instances. */
  foreign(): Promise<ForeignContainer[]>;

  /** Creates a stopped container. A failed create may leave parts, which `destroy` removes. */
  create(spec: ContainerSpec): Promise<MadeContainer>;

  /**
   * Starts a container. Resolves when its first process runs. A running container is a success.
   *
   * @param nameservers its name servers from now on, unless it changed them itself. Default: the earlier ones.
   */
  start(id: number, nameservers?: readonly string[]): Promise<void>;

  /**
   * Requests a shutdown and forces it after `graceMs`. Resolves when the container is stopped. A stopped one is a
   * success.
   */
  stop(id: number, graceMs: number): Promise<void>;

  /**
   * Ends a container without a shutdown and removes everything that `create` and `start` created, in any state, even if
   * an engine command of a dead daemon still works on it. No container is a success.
   */
  destroy(id: number): Promise<void>;

  /** Changes a container's name, if the engine shows names. */
  rename(id: number, name: string): Promise<void>;

  /** Runs a command as root in a running container. @throws CommandTimeout. */
  exec(id: number, request: ExecRequest): Promise<ExecResult>;

  /** Writes files into a container, running or not. Links of the container in their place are never followed. */
  writeFiles(id: number, files: readonly ContainerFile[]): Promise<void>;

  /**
   * Returns the first `maxBytes` bytes of a file in a container, running or not; undefined if the file does not exist, or
   * is a link or not a regular file.
   */
  readFile(id: number, path: string, maxBytes: number): Promise<Uint8Array | undefined>;

  /**
   * Replaces the lines of `ContainerSpec.hosts` in a container, running or not. Lines that the container added stay.
   * Absent for an engine whose containers do not follow names.
   */
  setHosts?(id: number, lines: readonly string[]): Promise<void>;

  /**
   * Adds lines to those that `setHosts` or `ContainerSpec.hosts` wrote, in many containers at once, where that takes some
   * microseconds each. Absent for an engine with which it takes longer.
   *
   * @returns the containers that have the lines now. For the others, call `setHosts` with all lines.
   */
  addHosts?(ids: readonly number[], lines: readonly string[]): Promise<ReadonlySet<number>>;

  /** Changes a container's limits, immediately if it runs. */
  resize(id: number, type: InstanceType): Promise<void>;

  /**
   * Keeps containers from a TCP port on all addresses of this host until `close`. Absent for an engine whose containers have
   * no network.
   */
  closePort?(port: number): Promise<void>;

  /** Returns the state of the network a few seconds ago. Undefined for a driver that creates no network. */
  networkHealth?(): NetworkHealth | undefined;

  /**
   * Returns how many processes of a container the kernel has killed since the container's start because memory was used
   * up. 0 if it does not run, and for an engine that does not tell.
   */
  memoryKills(id: number): Promise<number>;

  /**
   * Measures what containers use, all at one time. Cheap for a thousand containers.
   *
   * @returns those that run and could be measured, in any order.
   */
  usage(ids: readonly number[]): Promise<Usage[]>;

  /**
   * Calls back for every container that has stopped, whatever the cause, soon after the stop.
   *
   * @param onOutOfMemory is called with `memoryKills` of a container in which it has grown, within some seconds.
   */
  watch(onDown: (id: number) => void, onOutOfMemory?: (id: number, kills: number) => void): void;
}
