import { randomBytes } from "node:crypto";
import type { Client, ConnectOptions } from "../client/client";
import { createInstance } from "../client/instance-creation";
import type { MethodParameters } from "../protocol/method-table";

type Creation = MethodParameters<"instance.create">;

/** What a test wants to have. Every argument may be left out. */
export interface FleetArgs
  extends ConnectOptions,
    Pick<Creation, "image" | "type" | "keys" | "labels" | "userData" | "waitFor" | "readyTimeoutSeconds"> {
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

/** Makes the hosts, which hang on the lease, and waits until all are ready. @throws MccError what the first failed with. */
export async function makeHosts(
  client: Client,
  lease: string,
  { count = 1, namePrefix = `test-${randomBytes(3).toString("hex")}`, ...creation }: FleetArgs,
): Promise<Host[]> {
  const indices = Array.from({ length: count }, (_, index) => index + 1);
  return await Promise.all(
    indices.map(async (index) => {
      const { id, name, ipAddress, hostname, sshHostKey } = await createInstance(client, {
        ...creation,
        name: `${namePrefix}-${index}`,
        clientToken: `${lease}-${index}`,
        lease,
      });
      return { instanceId: id, name, ipAddress, hostname, sshHostKey };
    }),
  );
}
