import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jumpHostFor, proxyCommand } from "../../client/ssh/jump-host";
import { strictSettings } from "../../client/ssh/ssh-host";
import { MccError } from "../../protocol/error";
import type { Instance, InstanceStatus } from "../../protocol/methods/instance";
import { titleOf } from "../find/instances";
import type { Io } from "../io";
import { text } from "../parameters/values";
import { ownKeys } from "./own-keys";
import { requireReachable } from "./reachable";

/** The options of the commands that use SSH. */
export const accessOptions = {
  identity: {
    syntax: "-i, --identity <FILE>",
    help: "private key file, the only key to offer (default: your SSH agent, and the keys of your SSH configuration)",
    value: text.optional(),
    names: ["file"],
  },
  jump: {
    syntax: "-J, --jump <HOST>",
    help: 'SSH jump host, or "none" (default: MCC_JUMP_HOST, or as the daemon announces, or its host, unless it is this machine)',
    value: text.optional(),
  },
} as const;

interface Access {
  readonly identity: string | undefined;
  readonly jump: string | undefined;
  /** The jump host that the daemon announces. Default: none. */
  readonly announced?: string | undefined;
  /** The port of the SSH servers. Default: 22. */
  readonly port?: number | undefined;
  /** The user's own options for `ssh`, which take precedence. */
  readonly passedOn?: readonly string[];
}

const sshPort = 22;

/** An option with which the user chooses the way to the instance. */
const ownProxy = /^proxy(?:jump|command)\b/i;

/** The exit code of `ssh` and `scp` for a failed connection. */
const noConnection = 255;

/** States without an SSH server. A pending instance, or a failed one that was kept, can have one. */
const withoutSsh: readonly InstanceStatus[] = ["stopped", "destroying"];

/**
 * Lets `ssh` and `scp` connect to instances with strict host key checks and no question, because the daemon knows the
 * host keys. They are in a temporary file, which is removed after `use`. Of the user's SSH configuration, only the keys
 * apply to the instances, and everything to a jump host.
 *
 * @param server the URL of the daemon.
 * @param use runs `ssh` or `scp` with these options and returns its exit code.
 * @returns the exit code of `use`.
 * @throws MccError `conflict` for an instance without SSH; `unavailable` if this machine cannot reach one;
 * `invalid` for a jump host that is none.
 */
export async function withAccess(
  io: Io,
  server: string,
  instances: readonly Instance[],
  { identity, jump, announced, port = sshPort, passedOn = [] }: Access,
  use: (options: string[]) => Promise<number>,
): Promise<number> {
  instances.forEach(refuseWithoutSsh);
  const { MCC_JUMP_HOST: preferred } = io.environment;
  const through = await jumpHostFor(server, jump ?? preferred, announced);
  const way = proxyCommand(through);
  const [first] = instances;
  if (through === undefined && !passedOn.some((word) => ownProxy.test(word))) {
    await Promise.all(instances.map((instance) => requireReachable(io, instance, port)));
  }
  const keys = first === undefined ? [] : await ownKeys(io, first.ipAddress);
  const folder = await mkdtemp(join(io.temporaryFolder, "mcc-ssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const lines = instances.map(({ ipAddress, sshHostKey }) => `${ipAddress} ${sshHostKey}\n`);
    await writeFile(knownHosts, lines.join(""), { mode: 0o600 });
    const exitCode = await use([
      // In place of the user's configuration and the machine's.
      ...["-F", "/dev/null"],
      ...passedOn,
      ...[
        ...Object.entries(settings(knownHosts)),
        ...(through === undefined ? [] : [["ProxyCommand", way] as const]),
        // OpenSSH finds the host key by the address alone, whatever the port is.
        ...(instances.length === 1 && first !== undefined
          ? [["HostKeyAlias", first.ipAddress] as const]
          : []),
        ...(identity === undefined ? keys : onlyThis(keys)),
      ].flatMap(([name, value]) => ["-o", `${name}=${value}`]),
      ...(identity === undefined ? [] : ["-i", identity]),
    ]);
    if (exitCode === noConnection) {
      instances.filter((instance) => instance.keys.length === 0).forEach((each) => sayKeyless(io, each));
      if (jump === undefined && through !== undefined) {
        io.note(jumpNote(through, { preferred, announced }));
      }
    }
    return exitCode;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the settings with which only the key that the user named is offered, also if the agent has it. */
function onlyThis(keys: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [["IdentitiesOnly", "yes"], ...keys.filter(([name]) => name === "identityagent")];
}

/** Returns the SSH options; see ssh_config(5). */
function settings(knownHosts: string): Record<string, string> {
  return {
    ...strictSettings,
    UserKnownHostsFile: `"${knownHosts.replaceAll("%", "%%")}"`,
    // A shared connection can lead to an earlier instance with the same address.
    ControlPath: "none",
  };
}

function jumpNote(
  through: string,
  { preferred, announced }: { preferred: string | undefined; announced: string | undefined },
): string {
  const chosen = announced === through ? "the daemon's --ssh-jump" : "the daemon's host";
  const which = preferred === through ? "MCC_JUMP_HOST" : chosen;
  return `The connection used ${which} ${through} as jump host, with the key and user of your SSH configuration; give another jump host with -J USER@HOST.`;
}

/** Prints a note about an instance without keys. It is not an error, because the image can contain keys too. */
function sayKeyless(io: Io, instance: Instance): void {
  io.note(
    `Instance ${titleOf(instance)} has none of the keys that list-keys shows; add one with mcc update-instance ${instance.id} -k KEY.`,
  );
}

function refuseWithoutSsh(instance: Instance): void {
  if (instance.simulated) {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is simulated and has no SSH; start mccserver with another driver to create real hosts.`,
    );
  }
  if (instance.status === "unreachable") {
    throw new MccError(
      "unreachable",
      `Instance ${titleOf(instance)} is unreachable: ${instance.failure ?? ""}`,
    );
  }
  if (withoutSsh.includes(instance.status)) {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is ${instance.status}, but SSH needs a running instance.`,
    );
  }
  if (instance.sshHostKey === "" && instance.status === "pending") {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is queued and has no SSH host key yet; run mcc wait ${instance.id} first.`,
    );
  }
  if (instance.sshHostKey === "") {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} had no SSH host key when it was taken over; use ssh root@${instance.ipAddress}, or mcc exec.`,
    );
  }
}
