import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @throws MccError `invalid` for a daemon that starts no instances ahead. */
export async function requirePools(client: Client): Promise<void> {
  if (!(await client.can("pools"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} cannot start instances ahead: its release is too old, or its driver cannot do that (mcc server-info shows both).`,
    );
  }
}
