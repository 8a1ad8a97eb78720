import type { Readable } from "node:stream";
import type { Ipv6Network, Network } from "../../driver";
import { monitorPrefix, payloadPrefix } from "../cgroups/cgroups";
import type { ContainerPlace, Place } from "../place";
import type { Program } from "./programs";

/** One call of a program, as data. */
export interface EngineCommand {
  readonly program: Program;
  readonly words: readonly string[];
  /** The program's standard input. Default: nothing. */
  readonly stdin?: { readonly text: string } | { readonly stream: Readable };
  /** Whether the caller needs the standard output. Default: it is discarded. */
  readonly answers?: true;
  /** The container that it works on. */
  readonly container?: ContainerPlace;
  /** A file to which the program writes errors, in addition to its standard error. */
  readonly log?: string;
  /**
   * The only folder on the program's PATH. If LXC does not find newuidmap and newgidmap, it writes the id maps itself,
   * because it runs as root. This takes an eighth less time, and needs no ranges in /etc/subuid.
   */
  readonly onlyPath?: string;
  /** Runs first and is then replaced by the program: `nsenter` with its arguments. */
  readonly through?: Through;
  /** Exit codes that mean success. Default: 0. */
  readonly successes?: readonly number[];
  /** Default: the driver's time limit. */
  readonly timeoutMs?: number;
}

export interface Through {
  readonly program: Program;
  readonly words: readonly string[];
}

/** The user and group id of the containers' root on the host. */
export const containerRoot = 100_000;
export const idCount = 65_536;
/** An archive's device nodes and other files in this folder are omitted, because each container gets its own. */
export const deviceFolder = /^(\.\/)?dev\//;
const idKinds = ["u", "g"];

export const idMapLines = idKinds.map((kind) => `lxc.idmap = ${kind} 0 ${containerRoot} ${idCount}`);
const idMapWords = idKinds.flatMap((kind) => ["-m", `${kind}:0:${containerRoot}:${idCount}`]);

/** All engine commands, except for those that `attached-command.ts` runs inside containers. */
export const commands = {
  /** Returns after the container's first process has started. */
  start: (
    place: Place,
    container: ContainerPlace,
    bridge: string,
    through: Through | undefined,
    moreWords: readonly string[] = [],
  ): EngineCommand => ({
    program: "lxc-start",
    words: [
      ...["-P", place.containers, "-n", container.name, "-o", container.log, "-l", "ERROR"],
      ...["--define", `lxc.net.0.link=${bridge}`],
      // Otherwise, a container whose earlier cgroups were not removed gets ones with other names, which nothing here reads.
      ...["--define", `lxc.cgroup.dir.container=${payloadPrefix}${container.name}`],
      ...["--define", `lxc.cgroup.dir.monitor=${monitorPrefix}${container.name}`],
      ...moreWords,
    ],
    container,
    log: container.log,
    onlyPath: place.engineConfiguration,
    ...(through && { through }),
  }),

  /** Signals the first process to shut down and waits. Exit code 2: the container does not run. */
  askToStop: (
    place: Place,
    container: ContainerPlace,
    graceSeconds: number,
    timeoutMs: number,
  ): EngineCommand => ({
    program: "lxc-stop",
    words: ["-P", place.containers, "-n", container.name, "--nokill", "--timeout", String(graceSeconds)],
    container,
    successes: [0, 2],
    timeoutMs,
  }),

  /**
   * Unpacks an archive with the containers' owners. Device nodes cannot be created there, and are not needed.
   */
  unpack: (place: Place, folder: string, archive: Readable, timeoutMs: number): EngineCommand => ({
    program: "lxc-usernsexec",
    words: [
      ...idMapWords,
      ...["--", "/usr/bin/env", `PATH=${process.env["PATH"] ?? ""}`],
      ...["tar", "--extract", "--file=-", `--directory=${folder}`],
      ...["--numeric-owner", "--preserve-permissions", "--xattrs", "--xattrs-include=*"],
      ...["--anchored", "--exclude=./dev/*", "--exclude=dev/*"],
    ],
    stdin: { stream: archive },
    onlyPath: place.engineConfiguration,
    timeoutMs,
  }),

  /** Returns after the whole file system that contains the folder is written to the disk. */
  syncFileSystem: (folder: string, timeoutMs: number): EngineCommand => ({
    program: "sync",
    words: ["--file-system", folder],
    timeoutMs,
  }),

  makeDevice: (
    path: string,
    { major, minor }: { readonly major: number; readonly minor: number },
  ): EngineCommand => ({
    program: "mknod",
    words: [path, "c", String(major), String(minor)],
  }),

  diskUsage: (folder: string): EngineCommand => ({
    program: "du",
    words: ["--summarize", "--block-size=1", "--one-file-system", folder],
    answers: true,
  }),

  makeSubvolume: (folder: string): EngineCommand => ({
    program: "btrfs",
    words: ["subvolume", "create", folder],
  }),
  removeSubvolume: (folder: string): EngineCommand => ({
    program: "btrfs",
    words: ["subvolume", "delete", folder],
  }),
  /** @param bytes undefined: no limit. */
  limitSubvolume: (folder: string, bytes: number | undefined): EngineCommand => ({
    program: "btrfs",
    words: ["qgroup", "limit", bytes === undefined ? "none" : String(bytes), folder],
  }),
  /** Removes the quota groups of subvolumes that do not exist any more. */
  clearQuotaGroups: (mountPoint: string): EngineCommand => ({
    program: "btrfs",
    words: ["qgroup", "clear-stale", mountPoint],
  }),
  /** New files and folders inherit the project. */
  setProject: (folder: string, project: number): EngineCommand => ({
    program: "chattr",
    words: ["-p", String(project), "+P", folder],
  }),
  showProject: (folder: string): EngineCommand => ({
    program: "lsattr",
    words: ["-p", "-d", folder],
    answers: true,
  }),
  /** Counts in KiB; 0 is no limit. */
  limitProject: (project: number, mountPoint: string, bytes: number | undefined): EngineCommand => ({
    program: "setquota",
    words: ["-P", String(project), "0", String(Math.ceil((bytes ?? 0) / 1024)), "0", "0", mountPoint],
  }),

  addresses: (): EngineCommand => ({ program: "ip", words: ["-json", "address", "show"], answers: true }),
  routes: (): EngineCommand => ({
    program: "ip",
    words: ["-json", "-4", "route", "show", "table", "all"],
    answers: true,
  }),
  addBridge: (place: Place): EngineCommand => ({
    program: "ip",
    words: ["link", "add", place.bridge, "address", place.bridgeHardwareAddress, "type", "bridge"],
  }),
  flushAddresses: (place: Place): EngineCommand => ({
    program: "ip",
    words: ["-4", "address", "flush", "dev", place.bridge],
  }),
  addAddress: (place: Place, addressAndPrefix: string): EngineCommand => ({
    program: "ip",
    words: ["address", "add", addressAndPrefix, "broadcast", "+", "dev", place.bridge],
  }),
  /** Without duplicate address detection, so that it can be used at once. */
  addIpv6Address: ({ bridge }: Place, { gateway, prefixLength }: Ipv6Network): EngineCommand => ({
    program: "ip",
    words: ["-6", "address", "replace", `${gateway}/${prefixLength}`, "dev", bridge, "nodad"],
  }),
  /**
   * Multicast goes to all ports: snooping would need a querier, and slows large fleets. The bridge learns nothing from frames
   * of its own protocols: those of LLDP pass no rule of the firewall, and could lead another container's packets astray.
   */
  raiseBridge: (bridge: string, mtu: number): EngineCommand => ({
    program: "ip",
    words: [
      ...["link", "set", "dev", bridge, "mtu", String(mtu), "up"],
      ...["type", "bridge", "mcast_snooping", "0", "no_linklocal_learn", "1"],
    ],
  }),
  /** Restores the route that the kernel adds with the address, and that another program may have removed. */
  routeToBridge: ({ bridge }: Place, { address, prefixLength, gateway }: Network): EngineCommand => ({
    program: "ip",
    words: [
      ...["route", "replace", `${address}/${prefixLength}`, "dev", bridge],
      ...["proto", "kernel", "scope", "link", "src", gateway],
    ],
  }),
  /** Answers with a document for the addresses of the bridge, and for the way to each address that has one. */
  lookAtRoutes: ({ bridge }: Place, addresses: readonly string[]): EngineCommand => ({
    program: "ip",
    words: ["-json", "-force", "-batch", "-"],
    stdin: {
      text: [`address show dev ${bridge}`, ...addresses.map((address) => `route get ${address}`)]
        .map((line) => `${line}\n`)
        .join(""),
    },
    answers: true,
    successes: [0, 1],
  }),
  addFurtherBridge: (bridge: string): EngineCommand => ({
    program: "ip",
    words: ["link", "add", bridge, "type", "bridge"],
  }),
  addCable: (end: string, otherEnd: string): EngineCommand => ({
    program: "ip",
    words: ["link", "add", end, "type", "veth", "peer", "name", otherEnd],
  }),
  plugIn: (link: string, bridge: string, mtu: number): EngineCommand => ({
    program: "ip",
    words: ["link", "set", link, "mtu", String(mtu), "master", bridge, "up"],
  }),
  /** Those that an earlier release told the host for good, also for addresses that no container has. */
  forgetNeighbours: ({ bridge }: Place): EngineCommand => ({
    program: "ip",
    words: ["neighbour", "flush", "dev", bridge, "nud", "permanent"],
  }),
  plugInAll: (cables: readonly { readonly veth: string; readonly bridge: string }[]): EngineCommand => ({
    program: "ip",
    words: ["-force", "-batch", "-"],
    stdin: { text: cables.map(({ veth, bridge }) => `link set ${veth} master ${bridge} up\n`).join("") },
    successes: [0, 1],
  }),
  removeLink: (link: string): EngineCommand => ({ program: "ip", words: ["link", "delete", link] }),

  firewall: (rules: string): EngineCommand => ({
    program: "nft",
    words: ["-f", "-"],
    stdin: { text: rules },
  }),
  listChains: (): EngineCommand => ({ program: "nft", words: ["--json", "list", "chains"], answers: true }),
  /** All tables, without counts, and without the elements of sets that have names. */
  listRuleset: (): EngineCommand => ({
    program: "nft",
    words: ["--json", "--stateless", "--terse", "list", "ruleset"],
    answers: true,
  }),
  loadModule: (module: string): EngineCommand => ({ program: "modprobe", words: [module] }),
} as const;
