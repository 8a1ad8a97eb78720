import { randomBytes } from "node:crypto";
import type { Client, ConnectOptions } from "../client/client";
import { applyFleet } from "../client/workflows/apply-fleet";
import type { Fleet, FleetApplyParameters } from "../protocol/types/fleet";

/** Contains the arguments of {@link withFleet} and {@link startFleet}. All are optional. */
export interface FleetArgs
  extends Pick<ConnectOptions, "server" | "token">,
    Pick<
      FleetApplyParameters,
      "image" | "type" | "keys" | "labels" | "userData" | "waitFor" | "readyTimeoutSeconds"
    > {
  /** The number of hosts: 1 to 10000. Default: 1. */
  readonly count?: number;
  /**
   * The name of the fleet, unique on the daemon: 1 to 57 of `a-z`, `0-9` and `-`. The hosts are `<namePrefix>-1`,
   * `<namePrefix>-2` and so on. Default: `test-` and six random hexadecimal digits.
   */
  readonly namePrefix?: string;
}

/** Contains the arguments of {@link withFleet}. All are optional. */
export interface TestArgs extends FleetArgs {
  /**
   * A folder that gets the timeline of a failed test as `<fleet>.svg` and `<fleet>.txt`. Default: the variable
   * `MCC_TIMELINE_FOLDER`, otherwise none.
   */
  readonly timelineFolder?: string;
}

/** Describes a host of an {@link AttachedFleet} or a {@link TestFleet}. */
export interface Host {
  /** The number of the instance: 500 or more. A daemon uses each number once. */
  readonly instanceId: number;
  /** The name of the instance. */
  readonly name: string;
  /** The IPv4 address of the instance. */
  readonly ipAddress: string;
  /** The host name of the instance. */
  readonly hostname: string;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
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
): Promise<{ readonly name: string; readonly hosts: Host[] }> {
  const fleet = await applyFleet(client, { ...like, name, count, lease, clientToken: lease });
  return { name, hosts: hostsOf(fleet) };
}

/** Returns the members of a fleet as hosts. */
export function hostsOf({ members }: Pick<Fleet, "members">): Host[] {
  return members.map(({ id, name, ipAddress, hostname, sshHostKey }) => {
    return { instanceId: id, name, ipAddress, hostname, sshHostKey };
  });
}
