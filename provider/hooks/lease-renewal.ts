import { MccError } from "../../client";
import { messageOf } from "../../protocol/error";
import { logToEngine } from "./sdk/engine-log";

/** What a creation may use up of a ttl, which counts from its beginning. */
const negligibleMs = 1000;

/** Whether a creation that began then is to end with a renewal. */
export function isLongSince(startMs: number): boolean {
  return Date.now() - startMs > negligibleMs;
}

/**
 * Restarts the ttl of what a resource stands for. A failure is a warning, as what is left of the ttl still counts.
 *
 * @param extend sends the ttl that is registered: transforms and `ignoreChanges` make it differ from the constructor's.
 */
export async function renewLease(ownerUrn: string, extend: () => Promise<unknown>): Promise<void> {
  try {
    await extend();
  } catch (error) {
    const reason = MccError.hasCode(error, "not-found")
      ? 'it is there no longer, as its time was over, or somebody destroyed it. Run "pulumi refresh", and the next "pulumi up" makes it again.'
      : messageOf(error);
    const message = `The ttl was not renewed: ${reason}`;
    await logToEngine({ urn: ownerUrn, message, severity: "WARNING", ephemeral: false });
  }
}
