import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDaemonHere, jumpHost } from "../../client/ssh/daemon-host";
import { strictSettings } from "../../client/ssh/ssh-host";
import { MccError } from "../../protocol/error";
import type { Instance, InstanceStatus } from "../../protocol/methods/instance";
import { titleOf } from "../find/instances";
import type { Io } from "../io";
import { text } from "../parameters/values";

/** The options of the commands that go by SSH. */
export const accessOptions = {
  identity: {
    syntax: "-i, --identity <FILE>",
    help: "private key file (default: the keys that ssh tries)",
    value: text.optional(),
    names: ["file"],
  },
  jump: {
    syntax: "-J, --jump <HOST>",
    help: "SSH jump host, or none (default: the daemon's host, unless it is this machine)",
    value: text.optional(),
  },
} as const;

interface Access {
  readonly identity: string | undefined;
  readonly jump: string | undefined;
}

/** What `ssh` and `scp` end with when they could not connect. */
const noConnection = 255;

/** Where no SSH server can be. One that is not ready yet, or was kept though it failed, may have one. */
const withoutSsh: readonly InstanceStatus[] = ["stopped", "destroying"];

/**
 * What makes `ssh` and `scp` reach instances with their host keys checked and without a question: the keys are
 * known from the daemon. They lie in a file of this call's own, which is gone when `use` is through.
 *
 * @param server the daemon's, as a URL.
 * @param use runs one of them with these options and returns its exit code, which is this function's, too.
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
          `The connection went through the daemon's host, ${ownWay}, with the key and user of your SSH configuration; -J USER@HOST sets another jump host.`,
        );
      }
    }
    return exitCode;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** See ssh_config(5). */
function settings(knownHosts: string): Record<string, string> {
  return {
    ...strictSettings,
    UserKnownHostsFile: `"${knownHosts.replaceAll("%", "%%")}"`,
    // A connection that is shared may lead to an instance that had this address before.
    ControlPath: "none",
  };
}

/** Its own files may let somebody in all the same, so that this is no reason to refuse. */
function sayKeyless(io: Io, instance: Instance): void {
  io.note(
    `Instance ${titleOf(instance)} has none of the keys that list-keys shows; mcc update-instance ${instance.id} -k KEY gives it one.`,
  );
}

function refuseWithoutSsh(instance: Instance): void {
  if (instance.simulated) {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is simulated and has no SSH; start mccserver with another driver for real hosts.`,
    );
  }
  if (withoutSsh.includes(instance.status)) {
    throw new MccError(
      "conflict",
      `Instance ${titleOf(instance)} is ${instance.status}; SSH needs a running one.`,
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
