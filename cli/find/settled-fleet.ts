import type { Client } from "../../client/client";
import type { FleetSummary } from "../../protocol/methods/fleet";
import type { FleetTarget } from "../../protocol/types/fleet";

/** How often the counts are read, so that users can see progress. */
const lookEverySeconds = 1;

/**
 * Waits until the last change of a fleet is complete.
 *
 * @param onLook is called every second with the fleet.
 * @throws MccError with the error of the change if that failed; `not-found`.
 */
export async function settledFleet(
  client: Client,
  target: FleetTarget,
  onLook: (fleet: FleetSummary) => void,
): Promise<FleetSummary> {
  for (;;) {
    const { done, fleet } = await client.call("fleet.wait", { ...target, timeoutSeconds: lookEverySeconds });
    onLook(fleet);
    if (done) {
      return fleet;
    }
  }
}
