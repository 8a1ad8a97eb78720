import type { Image } from "../../protocol/methods/image";
import type { InstanceType } from "../../protocol/methods/instance-type";

/** A file in a container, owned by the container's root. */
export interface ContainerFile {
  /** Absolute, as the container sees it. Folders on the way that are missing are made. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  /** Mode of the last folder, when it is made or when it is given. Default: 0755 where it is made. */
  readonly folderMode?: number;
}

/** All that an engine needs to make a container. */
export interface ContainerSpec {
  readonly id: number;
  readonly uid: string;
  readonly name: string;
  readonly image: string;
  readonly hostname: string;
  readonly ipAddress: string;
  readonly nameservers: readonly string[];
  /**
   * A folder of the host's that everyone may read, or the `guestGroup` where there is one. Its file `hosts`, however often another one takes its place, is
   * the container's /etc/hosts. Only for a driver with `followsHosts`; default: the container knows its own name.
   */
  readonly hostsFolder?: string | undefined;
  readonly type: InstanceType;
  /** In place before the container's first process starts. */
  readonly files: readonly ContainerFile[];
}

/** What came of making a container. */
export interface MadeContainer {
  /** Whether its root file system has an SSH server, so that it makes sense to wait for one. */
  readonly hasSshServer: boolean;
}

/** A container of this daemon's, as the engine lists it. */
export interface Container {
  readonly id: number;
  readonly running: boolean;
}

/** What the engine itself still knows of a container of this daemon's; what it does not know is left out. */
export interface Remains {
  readonly uid?: string | undefined;
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  readonly image?: string | undefined;
  readonly ipAddress?: string | undefined;
  /** ISO 8601, in UTC. */
  readonly createdAt?: string | undefined;
}

/** A container on the same engine that this daemon did not make. It is never touched, unless it is taken over. */
export interface ForeignContainer {
  /** The engine's own id for it; what a container of ours would be called that had the same id. */
  readonly engineId: string;
  /** The engine's own word. */
  readonly status: string;
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly image: string | undefined;
  readonly ipAddresses: readonly string[];
}

/** Puts containers that others made under this daemon, without stopping them. */
export interface TakesOver {
  /**
   * The container that the engine knows by this id or name.
   *
   * @throws MccError `not-found`; `conflict` for one that is a daemon's already, this one's or another's, or that
   * lies where the driver does not look.
   */
  find(engineId: string): Promise<TakeableContainer>;

  /** Makes it this daemon's: from now on `list` shows it under the id, and `foreign` no longer. */
  take(engineId: string, as: { readonly id: number; readonly uid: string }): Promise<void>;

  /** Takes `take` back, whole or half-done, also that of a daemon that died. Gone or never taken is success. */
  giveBack(id: number, before: FormerMarks): Promise<void>;

  /** The beginning of a file in a container, running or not; undefined when there is no such file. */
  readFile(id: number, path: string): Promise<string | undefined>;
}

/** What taking a container over replaces. */
export interface FormerMarks {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

export interface TakeableContainer extends ForeignContainer {
  readonly description: string | undefined;
  /** The name of the type that it was made with, where the engine knows. */
  readonly type: string | undefined;
}

export interface ExecRequest {
  /** The words of the command, never read by a shell. */
  readonly command: readonly string[];
  readonly stdin: Uint8Array;
  /** When it runs out, the command is killed and a CommandTimeout is thrown. */
  readonly timeoutMs: number;
  /** Of stdout and of stderr, each; what comes past it is read and dropped. */
  readonly maxOutputBytes: number;
  /** Ends the command as the time limit does; the signal's reason, an Error, is thrown. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

export interface ExecResult {
  /** 128 + the signal's number for a command that a signal ended; 127 for one that does not exist. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: boolean;
}

/** Something the driver needs and this host lacks. */
export interface Finding {
  /** What is missing and what for: `lxc-start is not installed; it starts the containers`. */
  readonly lacking: string;
  /** The command or the step that mends it. */
  readonly remedy: string;
}

/** What an engine can and cannot do. */
export interface Capabilities {
  /** Containers exist in memory only: there is no SSH to wait for, and nothing survives the daemon. */
  readonly simulated: boolean;
  /** Instances live in a network that the driver makes from `Network`, and lose it when that changes. */
  readonly ownsNetwork: boolean;
  /** `image.import` and `image.remove` work. */
  readonly importsImages: boolean;
  /** Containers show a hosts file that changes: `hostsFolder`. */
  readonly followsHosts: boolean;
  /** The group, on the host, of the containers' root. Absent for an engine without user namespaces. */
  readonly guestGroup?: number;
  /** How many containers may be made, started or destroyed at a time before more at once gain nothing. */
  readonly changesAtOnce: number;
}

/** The network that instances live in. */
export interface Network {
  /** `198.18.0.0` */
  readonly address: string;
  readonly prefixLength: number;
  /** The host's own address in it; never an instance's. */
  readonly gateway: string;
  /** Whether instances reach the world outside through the host's address. */
  readonly nat: boolean;
}

/** What a driver is made with. */
export interface DriverOptions {
  /** The driver's own folder, inside the state folder. */
  readonly folder: string;
  /** 32 hexadecimal digits; tells this daemon's containers from others' on the same host. */
  readonly serverId: string;
  readonly network: Network;
  /** The time limit of one engine command. */
  readonly commandTimeoutMs: number;
  readonly log: DriverLog;
  /** Tells the operator of a file of the driver's that is damaged, and without which it goes on. */
  readonly reportDamage?: ((path: string, reason: string) => void) | undefined;
  /**
   * Moves away what is in the place of a folder of the driver's, and reports it. Default: it stays.
   *
   * @returns whether there is a folder.
   */
  readonly requireFolder?: ((path: string) => Promise<boolean>) | undefined;
  /** For tests: how many containers hang on one bridge, for a driver that makes bridges. Default: as many as can. */
  readonly containersPerBridge?: number | undefined;
}

/** The part of pino's logger that drivers use. */
export interface DriverLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * What speaks to one container engine. The cloud knows no other way to it, and every driver passes one contract
 * suite (`test/server/driver/contract.ts`).
 *
 * Every failure is an MccError: `engine` with the engine's own words, `timeout`, `not-found` for an id or an
 * image that the engine itself says it does not have, never for a question it did not answer; `conflict` for an
 * id or a name that is taken, a container that would have to run, a network that belongs to others; `invalid` for a
 * tarball that is none.
 */
export interface Driver {
  readonly capabilities: Capabilities;

  /** Absent for an engine whose containers cannot be taken over. */
  readonly takesOver?: TakesOver;

  /** What this host lacks; empty when the driver can work. Changes nothing. */
  preflight(): Promise<Finding[]>;

  /** Makes what containers share, such as the bridge. Repeatable; what is there already stays. */
  open(): Promise<void>;

  /** Ends what the driver does in the background. Containers run on. */
  close(): Promise<void>;

  /** Removes what `open` made, for good. No container is left when it is called. */
  purge(): Promise<void>;

  images(): Promise<Image[]>;
  /** @param tarballPath absolute, on this host. A failed import leaves nothing. */
  importImage(name: string, tarballPath: string): Promise<Image>;
  /** A damaged one too. The caller knows that no container uses it. @returns false for one that was gone already. */
  removeImage(name: string): Promise<boolean>;

  /** The engine's own instance types; none for an engine that takes any limits. */
  types(): Promise<InstanceType[]>;

  /** All containers of this daemon's, half-made ones too, in one look at the engine. */
  list(): Promise<Container[]>;

  /** For a container whose record was lost: all that can be found out of it, whatever state it is in. */
  remains(id: number): Promise<Remains>;

  /** All other containers on the engine, in one look: their ids, names and addresses are not to be given out. */
  foreign(): Promise<ForeignContainer[]>;

  /** Makes a stopped container. One that fails may leave parts, which `destroy` removes. */
  create(spec: ContainerSpec): Promise<MadeContainer>;

  /** Starts a container; resolves once its first process runs. Running already is success. */
  start(id: number): Promise<void>;

  /** Asks the container to shut down and forces it after `graceMs`; resolves once it is down. Down already is success. */
  stop(id: number, graceMs: number): Promise<void>;

  /**
   * Ends a container without asking it and removes all that `create` and `start` made, whatever state it is in
   * and however it came to be so, an engine command of a daemon that died still at work on it included. Gone
   * already is success.
   */
  destroy(id: number): Promise<void>;

  /** Gives a container another name, where the engine shows names. */
  rename(id: number, name: string): Promise<void>;

  /** Runs a command as root in a running container. @throws CommandTimeout. */
  exec(id: number, request: ExecRequest): Promise<ExecResult>;

  /** Writes files into a container, running or not. What the container put in their place is never followed. */
  writeFiles(id: number, files: readonly ContainerFile[]): Promise<void>;

  /** Gives a container other limits, at once where it runs. */
  resize(id: number, type: InstanceType): Promise<void>;

  /** Calls back for every container that has gone down, whatever ended it, soon after it did. */
  watch(onDown: (id: number) => void): void;
}
