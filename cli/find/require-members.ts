import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";
import type { Member } from "../../protocol/methods/member";

/** @throws MccError `invalid` for a daemon without members of a cluster; `unavailable` while they are not known. */
export async function requireMembers(client: Client): Promise<Member[]> {
  const { members } = await client.info();
  if (members !== undefined) {
    return members;
  }
  throw (await client.can("placement"))
    ? new MccError(
        "unavailable",
        `The engine of the daemon at ${client.server} does not list its members now; repeat the command, and read the daemon's log.`,
      )
    : new MccError(
        "invalid",
        `The daemon at ${client.server} has no members of a cluster: its release is too old, or its engine is one machine (mcc server-info shows both).`,
      );
}
