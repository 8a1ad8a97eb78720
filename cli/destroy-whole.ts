import type { Client } from "../client/client";
import type { FleetSummary } from "../protocol/fleet";
import { print } from "./output/print";

/** Destroys a fleet with all its members, and says so. */
export async function destroyWhole(client: Client, { name, uid }: FleetSummary): Promise<void> {
  const { destroyed } = await client.call("fleet.destroy", { fleet: name, uid });
  print(`${name} destroyed (members: ${destroyed})`);
}
