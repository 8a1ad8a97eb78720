import { readdir } from "node:fs/promises";
import type { Target } from "../commands/command";
import type { Variables } from "../configuration/file";
import { parseMetadata } from "../configuration/metadata";
import type { HostConfiguration } from "../host";
import type { UnfinishedRecord } from "./unfinished-records";

/**
 * A container of ours that has a configuration, though `vzlist` does not show it: it hides those without a private
 * area, and prints an empty list where it cannot read the configurations.
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

/** What a container's own configuration says of it. */
export function recordIn(variables: Variables, { id, ctid }: Target): UnfinishedRecord {
  return {
    id,
    ctid,
    privateArea: variables.get("VE_PRIVATE"),
    name: variables.get("NAME"),
    hostname: variables.get("HOSTNAME"),
  };
}
