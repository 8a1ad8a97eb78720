import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @throws MccError `invalid` for a daemon of an earlier release, which would ignore a quota. */
export async function requireQuotas(client: Client): Promise<void> {
  if (!(await client.can("quotas"))) {
    throw new MccError("invalid", `The daemon at ${client.server} is too old for quotas; update the daemon.`);
  }
}

/**
 * Returns the TTL for a create.
 *
 * @param asked 0 for `never`, which says more than no TTL: a quota then imposes none. Earlier daemons have no quotas.
 */
export async function newTtl(client: Client, asked: number | undefined): Promise<number | undefined> {
  return asked === 0 && !(await client.can("quotas")) ? undefined : asked;
}
