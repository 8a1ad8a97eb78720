import { command } from "../../command";
import { findFleets } from "../../find/fleets";
import { requireFleetUpdate } from "../../find/require-fleet-update";
import { settledFleet } from "../../find/settled-fleet";
import { onInterrupt } from "../../on-interrupt";
import { StatusLine } from "../../output/status-line";
import { memberCount, oneFleet } from "../../parameters/fleet";

export const updateFleet = command({
  name: "update-fleet",
  summary: "Change the number of members of a fleet",
  options: {
    count: {
      syntax: "-c, --count <COUNT>",
      help: "number of members; those with the highest numbers are added or destroyed, and missing or stopped ones are created again",
      value: memberCount,
      required: true,
    },
  },
  arguments: { fleet: oneFleet },
  examples: [["update-fleet web -c 5", "give a fleet five members, and wait until they are ready"]],
  run: async ({ fleet: name, count }, io) => {
    const client = io.connect();
    const [found] = await findFleets(client, [name]);
    await requireFleetUpdate(client, "change the number of a fleet's members");
    const target = { fleet: name, uid: found?.uid };
    const status = new StatusLine(io);
    const endOnInterrupt = onInterrupt(io, () => {
      status.clear();
      io.note(`Interrupted: the daemon continues to change fleet ${name}.`);
    });
    try {
      await client.call("fleet.update", { ...target, count });
      const { counts } = await settledFleet(client, target, ({ counts: { ready, wanted } }) =>
        status.show(`${ready} of ${wanted} members ready`),
      );
      status.clear();
      io.print(`fleet ${name} updated, ${counts.ready} of ${counts.wanted} members ready`);
    } finally {
      endOnInterrupt();
      status.clear();
    }
  },
});
