import { isIP } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { messageOf } from "../protocol/error";
import type { AddressRange } from "./cloud/reservations/address-range";
import { driverChoices } from "./driver/load";
import { parseRange } from "./parse-range";

/** The options of `mccserver`, each checked by itself; paths are absolute. */
export interface CommandLine {
  readonly range: AddressRange;
  /** The first MiniCloud's name for the range. */
  readonly iprange?: AddressRange;
  readonly port: number;
  readonly listen: string;
  readonly foreground?: true;
  readonly driver: string;
  readonly stateDir: string;
  readonly types?: string;
  readonly nat?: true;
  /** Seconds. */
  readonly engineTimeout: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowAnonymous?: true;
  readonly insecure?: true;
  readonly logLevel: string;
  readonly logFile?: string;
  /** MiB; 0 for no limit. */
  readonly logMaxSize: number;
  readonly logOldFiles: number;
  readonly check?: true;
  readonly purge?: true;
}

/** Where an operator's own instance types are looked for. */
export const operatorsTypesFile = "/etc/minicloud/types.json";

/** Root's, and where other users, who may try the simulated driver, can write. */
const defaultStateFolder =
  process.getuid?.() === 0
    ? "/var/lib/minicloud"
    : join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "minicloud", "state");
const defaultRange = "198.18.0.0/22";
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const examples = `
Examples:
  mccserver                                   start the daemon, with hosts at ${defaultRange}
  mccserver -f --driver simulated             try it without root; hosts exist in memory only
  mccserver -r 10.20.0.10-10.20.0.99 --nat    choose the hosts' addresses, and let them out
  mccserver -l 0.0.0.0 --tls-cert c.pem --tls-key k.pem
                                              serve other machines too
  mccserver --check                           say what this machine lacks
  mccserver --purge                           remove all instances and all that was made for them`;

const options: readonly Option[] = [
  new Option("-r, --range <FIRST-LAST>", "addresses for instances, or a CIDR range")
    .argParser(range)
    .default(range(defaultRange), defaultRange),
  new Option("--iprange <FIRST-LAST>").argParser(range).conflicts("range").hideHelp(),
  new Option("-p, --port <number>", "port to listen at; 0 takes a free one")
    .argParser(wholeNumber(0, 65_535))
    .default(8080),
  new Option("-l, --listen <address>", "address to listen at").argParser(address).default("127.0.0.1"),
  new Option("-f, --foreground", "stay in the foreground, and log to standard error"),
  new Option("--driver <name>", "container engine").choices(driverChoices).default("auto"),
  new Option("--state-dir <folder>", "where the daemon keeps everything")
    .argParser(absolute)
    .default(defaultStateFolder),
  new Option(
    "--types <file>",
    `instance types of your own (default: ${operatorsTypesFile}, where there is one)`,
  ).argParser(absolute),
  new Option("--nat", "let instances reach the world outside by this machine's address"),
  new Option("--engine-timeout <seconds>", "limit for one command of the engine")
    .argParser(wholeNumber(1, 3600))
    .default(60),
  new Option("--tls-cert <file>", "certificate to serve HTTPS with, in PEM").argParser(absolute),
  new Option("--tls-key <file>", "its private key, in PEM").argParser(absolute),
  new Option("--allow-anonymous", "ask nobody for a token"),
  new Option("--insecure", "allow an address that others can reach, without TLS"),
  new Option("--log-level <level>", "least level to log").choices(logLevels).default("info"),
  new Option(
    "--log-file <file>",
    "where to log (default: mccserver.log in the state folder; with -f, standard error)",
  ).argParser(absolute),
  new Option("--log-max-size <MiB>", "size at which the log file is rotated; 0 leaves that to logrotate")
    .argParser(wholeNumber(0, 1_000_000))
    .default(10),
  new Option("--log-old-files <number>", "rotated log files to keep")
    .argParser(wholeNumber(1, 1000))
    .default(5),
  new Option("--check", "say what this machine lacks, and end").conflicts("purge"),
  new Option("--purge", "destroy all instances, remove all that was made for them, and end"),
];

/**
 * The command `mccserver`. It throws CommanderError once it has printed the help, the version, or what is wrong
 * with the words.
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
  try {
    return parseRange(text);
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

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

function absolute(path: string): string {
  return resolve(path);
}
