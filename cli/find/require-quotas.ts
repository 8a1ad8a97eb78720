import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";

/** @throws MccError `invalid` for a daemon of an earlier release, which would ignore a quota. */
export async function requireQuotas(client: Client): Promise<void> {
  if (!(await client.can("quotas"))) {
    throw new MccError("invalid", `The daemon at ${client.server} is too old for quotas; update the daemon.`);
  }
}

/** The TTL of a create. */
interface NewTtl {
  readonly ttlSeconds?: number | undefined;
  readonly noTtl?: true;
}

/**
 * Returns the TTL for a create.
 *
 * @param asked 0 for `never`, which says more than no TTL: a quota then imposes none. Earlier daemons have no quotas.
 */
export async function newTtl(client: Client, asked: number | undefined): Promise<NewTtl> {
  if (asked !== 0) {
    return { ttlSeconds: asked };
  }
  return { ttlSeconds: undefined, ...((await client.can("quotas")) ? { noTtl: true } : {}) };
}
