import { statSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { isLoopback } from "../protocol/loopback";
import { packageVersion } from "../protocol/package-version";
import type { CloudOptions } from "./cloud/open-cloud";
import type { AddressRange } from "./cloud/reservations/address-range";
import { type CommandLine, makeCommand, operatorsTypesFile } from "./command-line";
import type { LogFileOptions } from "./log/file";

/** What the daemon is asked to do, checked as a whole. */
export interface Config {
  /** `serve` in this process, start a `daemon` that does, only look at the host, or remove everything. */
  readonly action: "serve" | "daemon" | "check" | "purge";
  readonly range: AddressRange;
  readonly port: number;
  readonly address: string;
  readonly driver: string;
  readonly stateFolder: string;
  readonly typesFile: string | undefined;
  readonly nat: boolean;
  readonly engineTimeoutMs: number;
  /** Paths of PEM files. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly allowAnonymous: boolean;
  readonly insecure: boolean;
  readonly logLevel: string;
  /** Of a daemon in the background. */
  readonly logFile: string;
  /** Where a daemon in the foreground logs; undefined for standard error. */
  readonly ownLog: LogFileOptions | undefined;
}

/**
 * @param words without the interpreter and the script.
 * @throws CommanderError once it has printed the help, the version, or what is wrong with the words.
 */
export function readConfig(words: readonly string[]): Config {
  const command = makeCommand(packageVersion()).parse(words, { from: "user" });
  const line = command.opts<CommandLine>();
  const mistake = findMistake(line);
  if (mistake !== undefined) {
    command.error(`error: ${mistake}`);
  }
  return {
    action: chooseAction(line),
    range: line.iprange ?? line.range,
    port: line.port,
    address: line.listen,
    driver: line.driver,
    stateFolder: line.stateDir,
    typesFile: line.types ?? typesFileIfThere(),
    nat: line.nat ?? false,
    engineTimeoutMs: line.engineTimeout * 1000,
    tls:
      line.tlsCert === undefined || line.tlsKey === undefined
        ? undefined
        : { cert: line.tlsCert, key: line.tlsKey },
    allowAnonymous: line.allowAnonymous ?? false,
    insecure: line.insecure ?? false,
    logLevel: line.logLevel,
    logFile: line.logFile ?? join(line.stateDir, "mccserver.log"),
    ownLog: line.logFile === undefined ? undefined : logFileOptions(line.logFile, line),
  };
}

function logFileOptions(path: string, { logMaxSize, logOldFiles }: CommandLine): LogFileOptions {
  return { path, maxBytes: logMaxSize * 1024 * 1024, oldFiles: logOldFiles };
}

/** The part of the configuration that the domain works with. */
export function cloudOptions(config: Config, log: Logger): CloudOptions {
  return {
    stateFolder: config.stateFolder,
    range: config.range,
    nat: config.nat,
    driver: config.driver,
    commandTimeoutMs: config.engineTimeoutMs,
    typesFile: config.typesFile,
    version: packageVersion(),
    log,
  };
}

/** What weakens the protection and was asked for all the same; said at every start. */
export function warnings(config: Config): string[] {
  const { address, insecure, allowAnonymous } = config;
  return [
    ...(insecure ? [`--insecure: ${whatItExposes(config)}`] : []),
    ...(allowAnonymous ? [`--allow-anonymous: whoever reaches ${address} commands this daemon`] : []),
  ];
}

function whatItExposes({ address, tls }: Config): string {
  return tls === undefined && !isLoopback(address)
    ? `tokens and commands travel unencrypted to ${address}`
    : `not needed with ${tls === undefined ? `the loopback address ${address}` : "TLS"}; leave it out`;
}

function chooseAction({ check, purge, foreground }: CommandLine): Config["action"] {
  if (check) {
    return "check";
  }
  if (purge) {
    return "purge";
  }
  return foreground ? "serve" : "daemon";
}

function findMistake({ tlsCert, tlsKey, insecure, listen }: CommandLine): string | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return "--tls-cert and --tls-key go together; give both or none";
  }
  if (tlsCert === undefined && !insecure && !isLoopback(listen)) {
    return `others can reach ${listen}, and tokens would travel there unencrypted; give --tls-cert and --tls-key, or --insecure if that is wanted`;
  }
  return undefined;
}

/** A file that is there and cannot be looked at is an error, not "no file". */
function typesFileIfThere(): string | undefined {
  return statSync(operatorsTypesFile, { throwIfNoEntry: false }) && operatorsTypesFile;
}
