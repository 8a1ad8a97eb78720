import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @throws MccError `invalid` for a daemon of an earlier release, which does not measure. */
export async function requireUsage(client: Client): Promise<void> {
  if (!(await client.can("usage"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} is too old to measure what instances use; update the daemon.`,
    );
  }
}
