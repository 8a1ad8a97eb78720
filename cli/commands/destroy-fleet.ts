import { z } from "zod";
import { connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import { command } from "../command";
import { destroyWhole } from "../destroy-whole";
import { onEach } from "../on-each";
import { didYouMean } from "../subjects";
import { fleetName } from "../values";

export const destroyFleet = command({
  name: "destroy-fleet",
  summary: "Destroy fleets with all their members, and wait until they are gone",
  options: {},
  arguments: {
    fleets: {
      syntax: "<FLEET...>",
      help: "names of fleets",
      value: z.array(fleetName).min(1),
      names: "fleet",
    },
  },
  examples: [
    ["destroy-fleet web", "with all its members"],
    ["destroy-fleet web load", "both"],
  ],
  run: async ({ fleets }) => {
    const client = connect();
    const there = await client.call("fleet.list", {});
    const names = there.map(({ name }) => name);
    const doomed = [...new Set(fleets)].map((asked) => {
      const fleet = there.find(({ name }) => name === asked);
      if (fleet === undefined) {
        const hint = didYouMean(asked, names) || " list-fleets shows those there are.";
        throw new MccError("not-found", `There is no fleet "${asked}" on this server.${hint}`);
      }
      return fleet;
    });
    await onEach(doomed, (fleet) => destroyWhole(client, fleet));
  },
});
