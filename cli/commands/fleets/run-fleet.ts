import { randomUUID } from "node:crypto";
import { applyFleet } from "../../../client/workflows/apply-fleet";
import { command } from "../../command";
import { newTtl } from "../../find/require-quotas";
import { withSuggestion } from "../../find/subjects";
import { onInterrupt } from "../../on-interrupt";
import { fleetColumns } from "../../output/fleet-columns";
import { formOptions, printListing } from "../../output/listing";
import { StatusLine } from "../../output/status-line";
import { creationOptions } from "../../parameters/creation";
import { memberCount, newFleet } from "../../parameters/fleet";
import { isolateFleetOption } from "../../parameters/isolate";
import { labelsOf, labelsOption } from "../../parameters/label";
import { readUserData, userDataOption } from "../../parameters/read-user-data";

/** How long to retry while the daemon restarts. It is short because a user waits. */
const patienceMs = 10_000;

export const runFleet = command({
  name: "run-fleet",
  summary: "Create a fleet and wait until its members are ready",
  options: {
    count: {
      syntax: "-c, --count <COUNT>",
      help: "number of members",
      value: memberCount,
      required: true,
    },
    ...creationOptions,
    keepOnFailure: {
      ...creationOptions.keepOnFailure,
      help: "keep the members if one does not become ready, for inspection",
    },
    ttlSeconds: {
      ...creationOptions.ttlSeconds,
      help: "time after which the fleet is destroyed unless extended, for example 45m or 2h (default: as your quota says, or never)",
    },
    isolate: isolateFleetOption,
    label: labelsOption,
    userData: userDataOption,
    ...formOptions,
  },
  arguments: { fleet: newFleet },
  examples: [
    ["run-fleet web -c 3 -k me", "create web-1 to web-3, which are extended and destroyed as a whole"],
    ["run-fleet lab -c 5 --isolate fleet", "create a fleet that no other instances reach"],
    ["run-fleet load -c 20 --ttl 2h", "create a fleet that is destroyed after two hours"],
  ],
  run: async ({ fleet: name, count, label, userData, quiet, json, classic, ...like }, io) => {
    const client = io.connect();
    const parameters = {
      ...like,
      name,
      count,
      labels: labelsOf(label),
      ...(await newTtl(client, like.ttlSeconds)),
      userData: await readUserData(io, userData),
      // With it, the call never changes another fleet, and can be repeated.
      clientToken: randomUUID(),
    };
    const status = new StatusLine(io);
    const endOnInterrupt = onInterrupt(io, () => {
      status.clear();
      io.note(`Interrupted: the daemon continues with fleet ${name}.`);
      io.note(`To destroy it: mcc destroy-fleet ${name}`);
    });
    try {
      status.show(`creating fleet ${name}`);
      const fleet = await applyFleet(client, parameters, {
        patienceMs,
        onLook: ({ counts: { ready, wanted } }) => status.show(`${ready} of ${wanted} members ready`),
      });
      status.clear();
      await printListing(io, client, [fleet], { quiet, json, classic }, fleetColumns);
    } catch (error) {
      throw await withSuggestion(client, error, [
        { subject: "image", name: like.image },
        { subject: "type", name: like.type },
        { subject: "member", name: like.member },
        ...like.keys.map((key) => ({ subject: "key" as const, name: key })),
      ]);
    } finally {
      endOnInterrupt();
      status.clear();
    }
  },
});
