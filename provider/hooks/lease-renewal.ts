import { MccError } from "../../client";
import { messageOf } from "../../protocol/error";
import { logToEngine } from "./sdk/engine-log";

/** A creation that takes longer must restart the ttl, which starts with the creation. */
const negligibleMs = 1000;

/** Tells whether a creation that started at this time must restart the ttl. */
export function isLongSince(startMs: number): boolean {
  return Date.now() - startMs > negligibleMs;
}

/**
 * Restarts the ttl of a resource. A failure is only a warning, because the rest of the ttl still counts.
 *
 * @param extend sends the registered ttl, which transforms and `ignoreChanges` can make differ from the constructor's.
 */
export async function renewLease(ownerUrn: string, extend: () => Promise<unknown>): Promise<void> {
  try {
    await extend();
  } catch (error) {
    const reason = MccError.hasCode(error, "not-found")
      ? 'the resource no longer exists, because its ttl expired or a user destroyed it. Run "pulumi refresh", then "pulumi up" to create it again.'
      : messageOf(error);
    const message = `Restarting the ttl failed: ${reason}`;
    await logToEngine({ urn: ownerUrn, message, severity: "WARNING", ephemeral: false });
  }
}
