import { readdir } from "node:fs/promises";
import type { Target } from "../commands/command";
import type { Variables } from "../configuration/file";
import { parseMetadata } from "../configuration/metadata";
import { addressesOf, type HostConfiguration } from "../host";
import type { UnfinishedRecord } from "./unfinished-records";

/**
 * Finds a container of this daemon that has a configuration, although `vzlist` does not show it. vzlist hides
 * containers without a private area, and prints an empty list if it cannot read the configurations.
 */
export async function findUnlisted(
  host: HostConfiguration,
  serverId: string,
  id: number,
): Promise<UnfinishedRecord | undefined> {
  for (const file of (await readdir(host.containerFolder)).filter((name) => name.endsWith(".conf"))) {
    const ctid = file.slice(0, -".conf".length);
    const variables = await host.containerVariables(ctid);
    const metadata = parseMetadata(variables?.get("DESCRIPTION"));
    if (variables !== undefined && metadata?.serverId === serverId && metadata.id === id) {
      return recordIn(variables, { id, ctid });
    }
  }
  return undefined;
}

/** Returns the record of a container from its own configuration. */
export function recordIn(variables: Variables, { id, ctid }: Target): UnfinishedRecord {
  return {
    id,
    ctid,
    privateArea: variables.get("VE_PRIVATE"),
    addresses: addressesOf(variables),
    name: variables.get("NAME"),
    hostname: variables.get("HOSTNAME"),
  };
}
