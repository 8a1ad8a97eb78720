import { randomBytes } from "node:crypto";
import type { Client, ConnectOptions } from "../client/client";
import { applyFleet } from "../client/workflows/apply-fleet";
import type { MethodParameters } from "../protocol/methods/method-table";

/** What a test wants to have. Every argument may be left out. */
export interface FleetArgs
  extends ConnectOptions,
    Pick<
      MethodParameters<"fleet.apply">,
      "image" | "type" | "keys" | "labels" | "userData" | "waitFor" | "readyTimeoutSeconds"
    > {
  /** How many hosts. Default: 1. */
  readonly count?: number;
  /** They are called `<namePrefix>-1`, `<namePrefix>-2` and so on. Default: `test-` and six random digits. */
  readonly namePrefix?: string;
}

/** One host of a fleet. */
export interface Host {
  readonly instanceId: number;
  readonly name: string;
  readonly ipAddress: string;
  readonly hostname: string;
  /** As it stands in a known_hosts file behind the host: `ssh-ed25519 AAAA…`. */
  readonly sshHostKey: string;
}

/**
 * Creates the hosts as one fleet with the lease, and waits until all are ready.
 *
 * @throws MccError that names the failed hosts and the reasons. All hosts are then destroyed.
 */
export async function makeHosts(
  client: Client,
  lease: string,
  { count = 1, namePrefix: name = `test-${randomBytes(3).toString("hex")}`, ...like }: FleetArgs,
): Promise<Host[]> {
  const { members } = await applyFleet(client, { ...like, name, count, lease, clientToken: lease });
  return members.map(({ id, name: hostName, ipAddress, hostname, sshHostKey }) => {
    return { instanceId: id, name: hostName, ipAddress, hostname, sshHostKey };
  });
}
