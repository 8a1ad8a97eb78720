import { type FleetSummary, fleetApplySchema } from "../../../protocol/methods/fleet";
import type { MethodParameters } from "../../../protocol/methods/method-table";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";

/** Returns the parameters of an apply with their defaults. */
export function fleetOf(
  parameters: MethodParameters<"fleet.apply">,
): ReturnType<typeof fleetApplySchema.parse> {
  return fleetApplySchema.parse(parameters);
}

/** Applies a fleet and waits until the apply has ended. @throws MccError the error of the apply. */
export async function applied(
  cloud: Cloud,
  parameters: MethodParameters<"fleet.apply">,
): Promise<FleetSummary> {
  const { name, uid } = await cloud.fleets.apply(localAdmin, fleetOf(parameters));
  return (await cloud.fleets.wait(localAdmin, { fleet: name, uid, timeoutSeconds: 30 })).fleet;
}
