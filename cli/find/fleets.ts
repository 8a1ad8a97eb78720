import type { Client } from "../../client/client";
import { MccError } from "../../protocol/error";
import type { FleetSummary } from "../../protocol/methods/fleet";
import { notThere } from "./subjects";

/** Returns the named fleets, each once. @throws MccError `not-found` for the first name without a fleet. */
export async function findFleets(client: Client, names: readonly string[]): Promise<FleetSummary[]> {
  const all = await client.call("fleet.list", {});
  const { caller } = await client.info();
  const found = new Map(all.map((fleet) => [fleet.name, fleet]));
  for (const name of caller?.role === "user" ? names.filter((asked) => !found.has(asked)) : []) {
    // Its list has no fleets of other accounts; to name one is `forbidden`.
    await client.call("fleet.get", { fleet: name }).catch((error: unknown) => {
      if (!MccError.hasCode(error, "not-found")) {
        throw error;
      }
    });
  }
  return [...new Set(names)].map((asked) => {
    const fleet = found.get(asked);
    if (fleet === undefined) {
      throw notThere(
        "fleet",
        asked,
        all.map(({ name }) => name),
      );
    }
    return fleet;
  });
}
