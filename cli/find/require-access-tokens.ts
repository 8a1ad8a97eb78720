import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @throws MccError `invalid` for a daemon of an earlier release, which has one token. */
export async function requireAccessTokens(client: Client): Promise<void> {
  if (!(await client.can("accessTokens"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} is too old for access tokens with names; update the daemon.`,
    );
  }
}
