import { MccError } from "../../protocol/error";
import type { PlacementParameters } from "../../protocol/types/instance";
import type { Client } from "../client";

/**
 * Refuses a placement that the daemon would not know, so that no instance is created elsewhere.
 *
 * @throws MccError `invalid`
 */
export async function requirePlacement(
  client: Client,
  { member, group }: PlacementParameters,
): Promise<void> {
  if ((member ?? group) !== undefined && !(await client.can("placement"))) {
    const asked = member === undefined ? `group is "${group}"` : `member is "${member}"`;
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} places no instances on members of a cluster, and ${asked}; omit it, or use a daemon of this release with a cluster.`,
    );
  }
}
