import { MccError } from "../../protocol/error";
import type { Client } from "../client";

/**
 * Refuses an isolation that the daemon would not know. It is never left out, because the instances would be less protected
 * than asked for.
 *
 * @throws MccError `invalid`
 */
export async function requireIsolation(client: Client, isolate: string | undefined): Promise<void> {
  if (isolate !== undefined && !(await client.can("isolate"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} cannot isolate instances, and isolate is "${isolate}"; omit it, or use a daemon of this release with the driver lxc.`,
    );
  }
}
