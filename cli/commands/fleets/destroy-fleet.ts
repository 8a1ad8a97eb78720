import * as z from "zod";
import { command } from "../../command";
import { findFleets } from "../../find/fleets";
import { destroyEach, ofFleet } from "../../find/instance-or-fleet";
import { fleetName } from "../../parameters/values";

export const destroyFleet = command({
  name: "destroy-fleet",
  summary: "Destroy fleets and their members",
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
    ["destroy-fleet web", "destroy a fleet and all its members"],
    ["destroy-fleet web load", "destroy two fleets"],
  ],
  run: async ({ fleets }, io) => {
    const client = io.connect();
    await destroyEach(
      io,
      (await findFleets(client, fleets)).map((fleet) => ofFleet(client, fleet)),
    );
  },
});
