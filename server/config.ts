import { statSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { isLoopback } from "../protocol/loopback";
import { packageVersion } from "../protocol/package-version";
import type { CloudOptions } from "./cloud/open-cloud";
import { type AddressRange, planNetwork } from "./cloud/reservations/address-range";
import type { Ipv6Range } from "./cloud/reservations/ipv6-address";
import type { GroupRole } from "./cloud/state/identity";
import { type CommandLine, makeCommand, operatorsTypesFile } from "./command-line";
import type { EngineOptions, SimulatedMember } from "./driver/driver";
import type { LogFileOptions } from "./log/file";
import type { TlsPaths } from "./tls/certificate";
import { type SelfSignedPaths, selfSignedPaths } from "./tls/self-signed";

/** The daemon's configuration, checked as a whole. */
export interface Config {
  /**
   * `serve` in this process, start a `daemon` in the background, only `check` the host, `purge` everything, or change which
   * ordinary users may run a daemon.
   */
  readonly action: "serve" | "daemon" | "check" | "purge" | "setUpUser" | "removeUser";
  /** For `setUpUser` and `removeUser`. */
  readonly user: { readonly name: string; readonly network: string | undefined; readonly dryRun: boolean };
  readonly range: AddressRange;
  readonly port: number;
  readonly address: string;
  /** Names by which clients may call the daemon, in addition to this machine's own. */
  readonly allowedHosts: readonly string[];
  readonly driver: string;
  readonly stateFolder: string;
  readonly typesFile: string | undefined;
  readonly warm: Readonly<Record<string, number>> | undefined;
  readonly sshJump: string | undefined;
  readonly simulatedMembers: readonly SimulatedMember[] | undefined;
  readonly range6: Ipv6Range | undefined;
  readonly nat: boolean;
  readonly engineTimeoutMs: number;
  /** Undefined for a driver without a server of its own. */
  readonly engine: EngineOptions | undefined;
  /** Paths of PEM files. */
  readonly tls: TlsPaths | undefined;
  /** The files of `tls` if the daemon issues them itself. */
  readonly selfSigned: SelfSignedPaths | undefined;
  /** Why there is no dashboard; undefined if there is one. */
  readonly whyNoDashboard: string | undefined;
  readonly allowAnonymous: boolean;
  /** Whether instances may reach the daemon's port. */
  readonly allowInstances: boolean;
  /** What the members of the host's group `minicloud` may do. */
  readonly groupRole: GroupRole;
  readonly insecure: boolean;
  readonly logLevel: string;
  /** The log file of a daemon in the background. */
  readonly logFile: string;
  /** The log file of a daemon in the foreground; undefined for standard error. */
  readonly ownLog: LogFileOptions | undefined;
}

/**
 * Parses the command line.
 *
 * @param words the arguments, without the interpreter and the script.
 * @throws CommanderError after printing the help, the version, or a usage error.
 */
export function readConfig(words: readonly string[]): Config {
  const command = makeCommand(packageVersion()).parse(words, { from: "user" });
  const line = command.opts<CommandLine>();
  const isRangeGiven = command.getOptionValueSource("range") !== "default";
  const mistake = findMistake(line, isRangeGiven);
  if (mistake !== undefined) {
    command.error(`error: ${mistake}`);
  }
  const selfSigned = line.tlsSelfSigned ? selfSignedPaths(line.stateDir) : undefined;
  return {
    action: chooseAction(line),
    range: line.iprange ?? line.range,
    user: {
      name: line.setupUser ?? line.removeUser ?? "",
      network: isRangeGiven ? networkOf(line.range) : undefined,
      dryRun: line.dryRun ?? false,
    },
    port: line.port,
    address: line.listen,
    allowedHosts: line.allowHost,
    driver: line.driver,
    stateFolder: line.stateDir,
    typesFile: line.types ?? typesFileIfThere(),
    warm: line.warm,
    sshJump: line.sshJump,
    simulatedMembers: line.simulatedMembers,
    range6: line.range6,
    nat: line.nat ?? false,
    engineTimeoutMs: line.engineTimeout * 1000,
    engine: line.driver === engineServerDriver ? engineOptions(line) : undefined,
    tls: selfSigned ?? givenTls(line),
    selfSigned,
    whyNoDashboard: whyNoDashboard(line),
    allowAnonymous: line.allowAnonymous ?? false,
    allowInstances: line.allowInstances ?? false,
    groupRole: line.groupRole,
    insecure: line.insecure ?? false,
    logLevel: line.logLevel,
    logFile: line.logFile ?? join(line.stateDir, "mccserver.log"),
    ownLog: line.logFile === undefined ? undefined : logFileOptions(line.logFile, line),
  };
}

function givenTls({ tlsCert: cert, tlsKey: key }: CommandLine): TlsPaths | undefined {
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** The driver whose engine is a server of its own. */
const engineServerDriver = "incus";

/** The options about such a server, by their names in the driver's options. */
const engineOptionNames = {
  url: "engineUrl",
  token: "engineToken",
  project: "engineProject",
  pool: "enginePool",
  nic: "engineNic",
  group: "engineGroup",
} as const satisfies Record<keyof EngineOptions, keyof CommandLine>;

function engineOptions(line: CommandLine): EngineOptions {
  const { url, token, project, pool, nic, group } = engineOptionNames;
  return {
    url: line[url],
    token: line[token],
    project: line[project],
    pool: line[pool],
    nic: line[nic],
    group: line[group],
  };
}

/** Options that do not fit the driver, each with the reason. */
const unfit: readonly { readonly isGiven: (line: CommandLine) => boolean; readonly reason: string }[] = [
  ...Object.values(engineOptionNames).map((name) => ({
    isGiven: (line: CommandLine) => line.driver !== engineServerDriver && line[name] !== undefined,
    reason: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is only valid with --driver incus; add it, or omit the option`,
  })),
  {
    isGiven: ({ driver, nat }) => driver === engineServerDriver && nat === true,
    reason:
      "with --driver incus, the network belongs to the cluster; omit --nat, and let its members route or translate",
  },
  {
    isGiven: ({ driver, range6 }) => driver === engineServerDriver && range6 !== undefined,
    reason: "with --driver incus, instances have no IPv6 addresses of the daemon's; omit --range6",
  },
  {
    isGiven: ({ driver, setupUser, removeUser }) =>
      driver === engineServerDriver && (setupUser !== undefined || removeUser !== undefined),
    reason:
      "with --driver incus, the daemon needs neither root nor a setup; omit --setup-user and --remove-user",
  },
];

/** Returns the network of a range in CIDR notation. */
function networkOf(range: AddressRange): string {
  const { address, prefixLength } = planNetwork(range, false).network;
  return `${address}/${prefixLength}`;
}

function logFileOptions(path: string, { logMaxSize, logOldFiles }: CommandLine): LogFileOptions {
  return { path, maxBytes: logMaxSize * 1024 * 1024, oldFiles: logOldFiles };
}

/** Returns the part of the configuration for the cloud. */
export function cloudOptions(config: Config, log: Logger): CloudOptions {
  return {
    stateFolder: config.stateFolder,
    range: config.range,
    range6: config.range6,
    nat: config.nat,
    driver: config.driver,
    commandTimeoutMs: config.engineTimeoutMs,
    engine: config.engine,
    typesFile: config.typesFile,
    warm: config.warm,
    sshJump: config.sshJump,
    groupRole: config.groupRole,
    simulatedMembers: config.simulatedMembers,
    version: packageVersion(),
    log,
  };
}

function whyNoDashboard(line: CommandLine): string | undefined {
  const { dashboard, allowAnonymous, listen, tlsCert, tlsSelfSigned } = line;
  if (!dashboard) {
    return "the daemon was started with --no-dashboard.";
  }
  if (allowAnonymous) {
    return "the daemon was started with --allow-anonymous, so every visitor would be an admin; omit the option.";
  }
  return tlsCert === undefined && tlsSelfSigned !== true && !isLoopback(listen)
    ? `other machines reach ${listen} without encryption, so tokens could be read; serve HTTPS (--tls-cert and --tls-key, or --tls-self-signed in a lab).`
    : undefined;
}

/** Returns a warning for each option that weakens the protection. They are logged at every start. */
export function warnings(config: Config): string[] {
  const { address, insecure, allowAnonymous } = config;
  return [
    ...(insecure ? [`--insecure: ${whatItExposes(config)}`] : []),
    ...(allowAnonymous
      ? [`--allow-anonymous: every client that reaches ${address} can control this daemon`]
      : []),
  ];
}

function whatItExposes({ address, tls }: Config): string {
  return tls === undefined && !isLoopback(address)
    ? `tokens and commands are sent to ${address} without encryption`
    : `not needed with ${tls === undefined ? `the loopback address ${address}` : "TLS"}; omit it`;
}

function chooseAction({ check, purge, foreground, setupUser, removeUser }: CommandLine): Config["action"] {
  if (setupUser !== undefined) {
    return "setUpUser";
  }
  if (removeUser !== undefined) {
    return "removeUser";
  }
  if (check) {
    return "check";
  }
  if (purge) {
    return "purge";
  }
  return foreground ? "serve" : "daemon";
}

function findMistake(line: CommandLine, isRangeGiven: boolean): string | undefined {
  const { tlsCert, tlsKey, tlsSelfSigned, insecure, listen, dryRun, setupUser, removeUser } = line;
  if (dryRun && setupUser === undefined && removeUser === undefined) {
    return "--dry-run is only valid with --setup-user and --remove-user";
  }
  if (line.driver === "simulated" && (setupUser !== undefined || removeUser !== undefined)) {
    return "the simulated driver needs no setup; omit --driver, or give --driver openvz";
  }
  if (line.driver === "openvz" && setupUser !== undefined && (line.nat || isRangeGiven)) {
    return "with OpenVZ, the network belongs to the host; omit -r and --nat from --setup-user";
  }
  if (line.simulatedMembers !== undefined && line.driver !== "simulated") {
    return "--simulated-members is only valid with --driver simulated";
  }
  const unfitOption = unfit.find(({ isGiven }) => isGiven(line));
  if (unfitOption !== undefined) {
    return unfitOption.reason;
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return "--tls-cert and --tls-key are only valid together; give both or none";
  }
  if (tlsCert === undefined && !tlsSelfSigned && !insecure && !isLoopback(listen)) {
    return `other machines can reach ${listen}, and tokens would be sent without encryption; give --tls-cert and --tls-key, --tls-self-signed in a lab, or --insecure to allow it`;
  }
  return undefined;
}

/** A file that exists but cannot be accessed is an error, and not a missing file. */
function typesFileIfThere(): string | undefined {
  return statSync(operatorsTypesFile, { throwIfNoEntry: false }) && operatorsTypesFile;
}
