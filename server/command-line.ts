import { isIP } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { messageOf } from "../protocol/error";
import { parseHops } from "../protocol/jump-host";
import { memberNameSchema } from "../protocol/methods/member";
import { mostPooled } from "../protocol/methods/pool";
import { imageNameSchema } from "../protocol/methods/values/name";
import type { AddressRange } from "./cloud/reservations/address-range";
import { type Ipv6Range, parseIpv6Range } from "./cloud/reservations/ipv6-address";
import type { GroupRole } from "./cloud/state/identity";
import type { SimulatedMember } from "./driver/driver";
import { readNic, readUrls } from "./driver/incus/settings";
import { driverChoices } from "./driver/load";
import { parseRange } from "./parse-range";
import { ownUserSettings } from "./support/ordinary-user";

/** The options of `mccserver`. Each is checked by itself. Paths are absolute. */
export interface CommandLine {
  readonly range: AddressRange;
  /** The range under the first MiniCloud's option name. */
  readonly iprange?: AddressRange;
  readonly range6?: Ipv6Range;
  readonly port: number;
  readonly listen: string;
  readonly allowHost: readonly string[];
  readonly foreground?: true;
  readonly driver: string;
  readonly stateDir: string;
  readonly types?: string;
  readonly warm?: Readonly<Record<string, number>>;
  readonly sshJump?: string;
  readonly simulatedMembers?: readonly SimulatedMember[];
  readonly nat?: true;
  /** Seconds. */
  readonly engineTimeout: number;
  readonly engineUrl?: string;
  readonly engineToken?: string;
  readonly engineProject?: string;
  readonly enginePool?: string;
  readonly engineNic?: string;
  readonly engineGroup?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsSelfSigned?: true;
  readonly dashboard: boolean;
  readonly allowAnonymous?: true;
  readonly allowInstances?: true;
  readonly groupRole: GroupRole;
  readonly insecure?: true;
  readonly logLevel: string;
  readonly logFile?: string;
  /** MiB; 0 for no limit. */
  readonly logMaxSize: number;
  readonly logOldFiles: number;
  readonly check?: true;
  readonly purge?: true;
  readonly setupUser?: string;
  readonly removeUser?: string;
  readonly dryRun?: true;
}

/** The default file of an operator's own instance types. */
export const operatorsTypesFile = "/etc/minicloud/types.json";

const ownSettings = ownUserSettings();
/** Root's default, that of a user who was set up, and one for other users, who can run the simulated driver. */
const defaultStateFolder =
  ownSettings?.stateFolder ??
  (process.getuid?.() === 0
    ? "/var/lib/minicloud"
    : join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "minicloud", "state"));
const defaultRange = ownSettings?.range ?? "198.18.0.0/22";
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const examples = `
Examples:
  mccserver                                   start the daemon, with hosts at ${defaultRange}
  mccserver -f --driver simulated             try it without root; hosts exist in memory only
  mccserver -r 10.20.0.10-10.20.0.99 --nat    choose the hosts' addresses, and give them network access
  mccserver --warm micro=20                   start 20 hosts ahead, so that a create takes milliseconds
  mccserver -l 0.0.0.0 --tls-cert c.pem --tls-key k.pem
                                              also serve other machines
  mccserver -l 0.0.0.0 --tls-self-signed      the same in a lab, without a certificate of yours
  mccserver --check                           check what this machine lacks
  mccserver --purge                           remove all instances and everything that was created for them`;

const options: readonly Option[] = [
  new Option("-r, --range <FIRST-LAST>", "addresses for instances, or a CIDR range")
    .argParser(range)
    .default(range(defaultRange), defaultRange),
  new Option("--iprange <FIRST-LAST>").argParser(range).conflicts("range").hideHelp(),
  new Option("-6, --range6 <PREFIX>", "IPv6 network for instances, such as fd00:1234::/64").argParser(range6),
  new Option("-p, --port <number>", "port to listen on; 0 for a free one")
    .argParser(wholeNumber(0, 65_535))
    .default(8080),
  new Option("-l, --listen <address>", "address to listen on").argParser(address).default("127.0.0.1"),
  new Option(
    "--allow-host <name>",
    "name of this machine by which clients may call it; repeat it for several names",
  )
    .argParser(hostName)
    .default([], "this machine's own names"),
  new Option("-f, --foreground", "stay in the foreground, and log to standard error"),
  new Option("--driver <name>", "container engine").choices(driverChoices).default("auto"),
  new Option("--state-dir <folder>", "folder for all files of the daemon")
    .argParser(absolute)
    .default(defaultStateFolder),
  new Option(
    "--types <file>",
    `your own instance types (default: ${operatorsTypesFile} if it exists)`,
  ).argParser(absolute),
  new Option(
    "--warm <image=number>",
    "instances to start ahead of creates, such as micro=20 or micro=20,debian-12=5",
  ).argParser(warm),
  new Option(
    "--ssh-jump <user@host[:port]>",
    'jump host through which clients reach instances by SSH, or "none" (default: the clients use this machine)',
  ).argParser(jumpHost),
  new Option(
    "--simulated-members <name[=group],...>",
    "members of a cluster for the simulated driver, such as m1,m2,m3=west",
  ).argParser(simulatedMembers),
  new Option("--nat", "let instances reach other networks through this machine's address"),
  new Option("--engine-timeout <seconds>", "time limit for one command of the engine")
    .argParser(wholeNumber(1, 3600))
    .default(60),
  new Option(
    "--engine-url <urls>",
    "with --driver incus: the server's socket or HTTPS URLs, such as unix:/var/lib/incus/unix.socket, or https://a:8443,https://b:8443 (default: the socket of this machine's package)",
  ).argParser(checkedText(readUrls)),
  new Option("--engine-token <token>", "with --driver incus: trust token for the first contact over HTTPS"),
  new Option(
    "--engine-project <name>",
    "with --driver incus: project for instances (default: minicloud- and the start of the daemon's id)",
  ).argParser(engineName),
  new Option(
    "--engine-pool <name>",
    "with --driver incus: storage pool for instances (default: default)",
  ).argParser(engineName),
  new Option(
    "--engine-nic <kind:name>",
    "with --driver incus: how instances are connected: routed:INTERFACE, bridged:BRIDGE or network:NAME (default: routed:br0)",
  ).argParser(checkedText(readNic)),
  new Option(
    "--engine-group <name>",
    "with --driver incus: group of the members on which instances are created (default: all)",
  ).argParser(engineName),
  new Option("--tls-cert <file>", "certificate for HTTPS, in PEM").argParser(absolute),
  new Option("--tls-key <file>", "its private key, in PEM").argParser(absolute),
  new Option(
    "--tls-self-signed",
    "serve HTTPS with a certificate of the daemon's own authority, for a lab",
  ).conflicts(["tlsCert", "tlsKey"]),
  new Option("--no-dashboard", "serve no dashboard at /"),
  new Option("--allow-anonymous", "accept clients without a token"),
  new Option("--allow-instances", "let instances reach the port of this daemon"),
  new Option("--group-role <role>", "what the members of this machine's group minicloud may do")
    .choices(["admin", "user"] satisfies readonly GroupRole[])
    .default("admin"),
  new Option("--insecure", "listen without TLS on an address that other machines can reach"),
  new Option("--log-level <level>", "lowest level to log").choices(logLevels).default("info"),
  new Option(
    "--log-file <file>",
    "log file (default: mccserver.log in the state folder; with -f, standard error)",
  ).argParser(absolute),
  new Option("--log-max-size <MiB>", "size at which the log file is rotated; 0 to leave it to logrotate")
    .argParser(wholeNumber(0, 1_000_000))
    .default(10),
  new Option("--log-old-files <number>", "rotated log files to keep")
    .argParser(wholeNumber(1, 1000))
    .default(5),
  new Option("--check", "check what this machine lacks, and exit").conflicts("purge"),
  new Option("--purge", "destroy all instances, remove everything that was created for them, and exit"),
  new Option(
    "--setup-user <name>",
    "let this user run a daemon (once, as root; also: --driver openvz; with LXC: -r, --nat), and exit",
  ).conflicts(["check", "purge", "removeUser"]),
  new Option("--remove-user <name>", "remove what --setup-user created for this user, and exit").conflicts([
    "check",
    "purge",
  ]),
  new Option("--dry-run", "with --setup-user and --remove-user: print the changes, and make none"),
];

/**
 * Creates the command `mccserver`. Its `parse` throws CommanderError after printing the help, the version, or a usage
 * error.
 */
export function makeCommand(version: string): Command {
  const command = new Command("mccserver")
    .description("Turns this machine into a cloud for disposable test fleets.")
    .version(version)
    .addHelpText("after", examples)
    .allowExcessArguments(false)
    .exitOverride();
  options.forEach((option) => command.addOption(option));
  return command;
}

function range(text: string): AddressRange {
  return parsed(() => parseRange(text));
}

function range6(text: string): Ipv6Range {
  return parsed(() => parseIpv6Range(text));
}

/** Returns a parser that keeps the text, which the driver parses again. */
function checkedText(parse: (text: string) => unknown): (text: string) => string {
  return (text) => {
    parsed(() => parse(text));
    return text;
  };
}

function engineName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text)) {
    throw new InvalidArgumentError("Give a name of letters, digits, dots, hyphens and underscores.");
  }
  return text;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

function address(text: string): string {
  if (text !== "localhost" && isIP(text) === 0) {
    throw new InvalidArgumentError("Give an IP address of this machine, or localhost.");
  }
  return text;
}

function hostName(text: string, earlier: readonly string[]): string[] {
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)) {
    throw new InvalidArgumentError("Give a host name without a port, such as cloud.example.org.");
  }
  return [...earlier, text];
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** @param earlier of an earlier `--warm`. */
function warm(text: string, earlier: Readonly<Record<string, number>> = {}): Record<string, number> {
  const pools = text.split(",").map((pool) => {
    const [, image = "", size = ""] = /^([^=]+)=(\d+)$/.exec(pool) ?? [];
    if (!imageNameSchema.safeParse(image).success || Number(size) > mostPooled) {
      throw new InvalidArgumentError(
        `Give images with numbers from 0 to ${mostPooled}, such as micro=20,debian-12=5.`,
      );
    }
    return [image, Number(size)] as const;
  });
  return { ...earlier, ...Object.fromEntries(pools) };
}

function jumpHost(text: string): string {
  if (parseHops(text) === undefined) {
    throw new InvalidArgumentError('Give [USER@]HOST[:PORT], several of them with commas, or "none".');
  }
  return text;
}

function simulatedMembers(text: string): SimulatedMember[] {
  const members = text.split(",").map((member) => {
    const [name = "", group = "default", ...more] = member.split("=");
    if (more.length > 0 || ![name, group].every((part) => memberNameSchema.safeParse(part).success)) {
      throw new InvalidArgumentError("Give names of members, also with their groups, such as m1,m2,m3=west.");
    }
    return { name, group };
  });
  if (new Set(members.map(({ name }) => name)).size < members.length) {
    throw new InvalidArgumentError("Give each member once.");
  }
  return members;
}

function absolute(path: string): string {
  return resolve(path);
}
