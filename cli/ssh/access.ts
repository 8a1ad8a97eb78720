import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDaemonHere, jumpHost } from "../../client/ssh/daemon-host";
import { strictSettings } from "../../client/ssh/ssh-host";
import { MccError } from "../../protocol/error";
import type { Instance, InstanceStatus } from "../../protocol/methods/instance";
import { titleOf } from "../find/instances";
import type { Io } from "../io";
import { text } from "../parameters/values";

/** The options of the commands that use SSH. */
export const accessOptions = {
  identity: {
    syntax: "-i, --identity <FILE>",
    help: "private key file (default: the keys of your SSH configuration)",
    value: text.optional(),
    names: ["file"],
  },
  jump: {
    syntax: "-J, --jump <HOST>",
    help: 'SSH jump host, or "none" (default: the daemon\'s host, unless it is this machine)',
    value: text.optional(),
  },
} as const;

interface Access {
  readonly identity: string | undefined;
  readonly jump: string | undefined;
}

/** The exit code of `ssh` and `scp` for a failed connection. */
const noConnection = 255;

/** States without an SSH server. A pending instance, or a failed one that was kept, can have one. */
const withoutSsh: readonly InstanceStatus[] = ["stopped", "destroying"];

/**
 * Lets `ssh` and `scp` connect to instances with strict host key checks and no question, because the daemon knows the
 * host keys. They are in a temporary file, which is removed after `use`.
 *
 * @param server the URL of the daemon.
 * @param use runs `ssh` or `scp` with these options and returns its exit code.
 * @returns the exit code of `use`.
 * @throws MccError `conflict` for an instance without SSH.
 */
export async function withAccess(
  io: Io,
  server: string,
  instances: readonly Instance[],
  { identity, jump }: Access,
  use: (options: string[]) => Promise<number>,
): Promise<number> {
  instances.forEach(refuseWithoutSsh);
  const folder = await mkdtemp(join(io.temporaryFolder, "mcc-ssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const lines = instances.map(({ ipAddress, sshHostKey }) => `${ipAddress} ${sshHostKey}\n`);
    await writeFile(knownHosts, lines.join(""), { mode: 0o600 });
    const ownWay = (await isDaemonHere(server)) ? undefined : jumpHost(server);
    const through = jump ?? ownWay;
    const exitCode = await use([
      ...Object.entries(settings(knownHosts)).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
      ...(identity === undefined ? [] : ["-i", identity]),
      ...(through === undefined ? [] : ["-J", through]),
    ]);
    if (exitCode === noConnection) {
      instances.filter(({ keys }) => keys.length === 0).forEach((instance) => sayKeyless(io, instance));
      if (jump === undefined && ownWay !== undefined) {
        io.note(
          `The connection used the daemon's host ${ownWay} as jump host, with the key and user of your SSH configuration; give another jump host with -J USER@HOST.`,
        );
      }
    }
    return exitCode;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
