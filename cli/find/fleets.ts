import type { Client } from "../../client/client";
import type { FleetSummary } from "../../protocol/methods/fleet";
import { notThere } from "./subjects";

/** Returns the named fleets, each once. @throws MccError `not-found` for the first name without a fleet. */
export async function findFleets(client: Client, names: readonly string[]): Promise<FleetSummary[]> {
  const all = await client.call("fleet.list", {});
  return [...new Set(names)].map((asked) => {
    const found = all.find(({ name }) => name === asked);
    if (found === undefined) {
      throw notThere(
        "fleet",
        asked,
        all.map(({ name }) => name),
      );
    }
    return found;
  });
}
