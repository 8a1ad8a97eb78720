import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @param work what the daemon must do. @throws MccError `invalid` for a daemon of an earlier release. */
export async function requireFleetUpdate(client: Client, work: string): Promise<void> {
  if (!(await client.can("fleetUpdate"))) {
    throw new MccError("invalid", `The daemon at ${client.server} is too old to ${work}; update the daemon.`);
  }
}
