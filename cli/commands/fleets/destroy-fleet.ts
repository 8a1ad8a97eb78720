import { z } from "zod";
import { command } from "../../command";
import { findFleets } from "../../find/fleets";
import { destroyUnits, fleetUnit } from "../../parameters/unit";
import { fleetName } from "../../parameters/values";

export const destroyFleet = command({
  name: "destroy-fleet",
  summary: "Destroy fleets with all their members, and wait until they are gone",
  options: {},
  arguments: {
    fleets: {
      syntax: "<FLEET...>",
      help: "names of fleets",
      value: z.array(fleetName).min(1),
      names: ["fleet"],
    },
  },
  examples: [
    ["destroy-fleet web", "with all its members"],
    ["destroy-fleet web load", "both"],
  ],
  run: async ({ fleets }, io) => {
    const client = io.connect();
    await destroyUnits(
      io,
      (await findFleets(client, fleets)).map((fleet) => fleetUnit(client, fleet)),
    );
  },
});
