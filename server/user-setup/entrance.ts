import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { dirname } from "node:path";
import { execa } from "execa";
import ipaddr from "ipaddr.js";
import { unlessErrno } from "../../protocol/errno";
import { MccError } from "../../protocol/error";
import { runtimeFolder } from "../../protocol/runtime-file";
import { refuseUntrustedPath } from "../support/files/trusted-path";
import {
  addressesVariable,
  insideVariable,
  isInside,
  ownUserSettings,
  type UserSettings,
} from "../support/ordinary-user";
import { helperPath, helperText } from "./files";

/** The descriptor of the listening socket in the daemon: after the standard ones and Node's channel. */
export const socketDescriptor = 4;
/** Tells the daemon that it has a listening socket. */
const socketVariable = "MCC_LISTENING_SOCKET";

/** The variables that a daemon inherits. Others can be secrets, and the words of a command are visible to all users. */
const inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TERM", "NO_COLOR", "JOURNAL_STREAM"];

/** The parts of the configuration that the settings of a user limit. */
export interface EnteringConfig {
  readonly stateFolder: string;
  readonly logFile: string;
  readonly range: { readonly first: string; readonly last: string };
  readonly range6: unknown;
  readonly nat: boolean;
}

/** A program that continues as the daemon in the user's namespaces, with the same process id. */
export interface Entrance {
  readonly program: string;
  /** The words before the daemon's own program. */
  readonly words: readonly string[];
}

/**
 * Returns how a daemon with LXC enters the namespaces of the user who runs this process; undefined for root, for a user
 * who was not set up, and inside.
 *
 * @throws MccError `unavailable` if the setup is incomplete or the namespaces cannot be created, with the command that
 * repairs it; `conflict` for a configuration that root did not allow.
 */
export async function openEntrance(driver: string, config: EnteringConfig): Promise<Entrance | undefined> {
  const settings = ownUserSettings();
  if (driver !== "lxc" || isInside() || settings === undefined) {
    return undefined;
  }
  refuseOutside(settings, config);
  await refuseForeignPaths(config);
  await requireCurrentSetup(settings);
  await tryOut(settings);
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const own = [
    `MCC_RUNTIME_DIR=${runtimeFolder()}`,
    // Of LXC's commands. Inside, /run/lxc is the user's.
    "XDG_RUNTIME_DIR=/run",
    `${insideVariable}=${settings.name}`,
    `${addressesVariable}=${hostAddresses().join(",")}`,
  ];
  return {
    program: "sudo",
    words: [
      ...["--non-interactive", helperPath(settings.name), "env", "--ignore-environment"],
      ...kept,
      ...own,
    ],
  };
}

function hostAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each = []) =>
    each.filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0).map(({ address }) => address),
  );
}

/** Returns the words of `env` for a process that gets a listening socket, and Node's channel if it has one. */
export function descriptorWords({ channel }: { readonly channel: boolean }): string[] {
  return [`${socketVariable}=${socketDescriptor}`, ...(channel ? ["NODE_CHANNEL_FD=3"] : [])];
}

/** Returns the descriptor of the listening socket that this daemon was started with; undefined without one. */
export function inheritedSocket(): number | undefined {
  return process.env[socketVariable] === undefined ? undefined : socketDescriptor;
}

function refuseOutside(settings: UserSettings, { range, range6, nat }: EnteringConfig): void {
  const { name } = settings;
  const network = ipaddr.IPv4.parseCIDR(settings.range);
  const again = `let root run mccserver --setup-user ${name}`;
  if (![range.first, range.last].every((address) => ipaddr.IPv4.parse(address).match(network))) {
    throw new MccError(
      "conflict",
      `The range ${range.first}-${range.last} is outside of ${settings.range}, the network of ${name} on this host; choose addresses in it with -r, or ${again} -r NETWORK.`,
    );
  }
  if (range6 !== undefined) {
    throw new MccError("conflict", "Only root's daemon can give instances an IPv6 network; omit --range6.");
  }
  if (nat && !settings.nat) {
    throw new MccError(
      "conflict",
      `The instances of ${name} may not reach other networks; omit --nat, or ${again} --nat.`,
    );
  }
}

/** Inside, the owners of folders outside cannot be told apart. */
async function refuseForeignPaths({ stateFolder, logFile }: EnteringConfig): Promise<void> {
  const rows = [
    { path: stateFolder, what: "the state folder", remedy: "choose a folder elsewhere with --state-dir" },
    { path: dirname(logFile), what: "the log's folder", remedy: "choose another file with --log-file" },
    { path: runtimeFolder(), what: "the runtime folder", remedy: "choose another one with MCC_RUNTIME_DIR" },
  ];
  for (const { path, what, remedy } of rows) {
    await refuseUntrustedPath(path, { what: `${what} ${path}`, remedy });
  }
}

async function requireCurrentSetup(settings: UserSettings): Promise<void> {
  const text = await unlessErrno(readFile(helperPath(settings.name), "utf8"), "ENOENT", "EACCES");
  if (text !== helperText(settings)) {
    throw new MccError(
      "unavailable",
      `${helperPath(settings.name)} is ${text === undefined ? "missing" : "from another version of MiniCloud"}; run once as root: mccserver --setup-user ${settings.name}${settings.nat ? " --nat" : ""}.`,
    );
  }
}

/** Creates what a reboot removed, while the user can still see the errors. */
async function tryOut({ name, nat }: UserSettings): Promise<void> {
  const result = await execa("sudo", ["--non-interactive", helperPath(name), "true"], {
    reject: false,
    stdin: "ignore",
  });
  if (result.failed) {
    const { code, stderr, shortMessage } = result;
    const reason =
      code === "ENOENT" ? "sudo is not installed" : stderr.trim() || (shortMessage ?? "it failed");
    throw new MccError(
      "unavailable",
      `The namespaces of ${name} could not be created (${reason.replace(/\s+/g, " ").replace(/\.$/, "")}); run once as root: mccserver --setup-user ${name}${nat ? " --nat" : ""}.`,
    );
  }
}
