import type { Client } from "../../../client/client";
import { longestDurationSeconds } from "../../../protocol/duration";
import type { Instance } from "../../../protocol/methods/instance";
import { command } from "../../command";
import {
  destroyEach,
  type InstanceOrFleet,
  nothingToDestroy,
  ofFleet,
  ofInstance,
} from "../../find/instance-or-fleet";
import {
  contradictions,
  refuseAmbiguous,
  type Selection,
  selectionOptions,
  wantedLabels,
} from "../../find/selection";
import { instanceColumns } from "../../output/instance-columns";
import { formOptions, printListing } from "../../output/listing";
import { shortList } from "../../output/short-list";
import { duration, flag } from "../../parameters/values";

export const prune = command({
  name: "prune",
  summary: "Destroy leftover instances by stack, label or age (dry run unless -y)",
  options: {
    ...selectionOptions,
    olderThan: {
      syntax: "--older-than <TIME>",
      help: "select instances older than this, for example 2h or 1d",
      value: duration(longestDurationSeconds).optional(),
    },
    yes: {
      syntax: "-y, --yes",
      help: "destroy them; without it, only list them",
      value: flag,
      excludes: ["quiet", "json", "classic"],
    },
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["prune --stack shop/dev", "list the leftovers of a stack"],
    ["prune --stack shop/dev -y", "destroy the leftovers of a stack"],
    ["prune --older-than 1d --label team=qa -y", "destroy instances that match both conditions"],
  ],
  check: ({ stack, label, olderThan }) =>
    stack === undefined && label.length === 0 && olderThan === undefined
      ? ["select instances with --stack, --label or --older-than"]
      : contradictions({ stack, label }),
  run: async ({ stack, label, olderThan, yes, ...form }, io) => {
    const client = io.connect();
    const { units, instances } = await findDoomed(client, { stack, label }, olderThan);
    if (yes) {
      await destroyEach(io, units);
      return;
    }
    await printListing(io, client, instances, form, instanceColumns);
    io.note(
      units.length === 0
        ? nothingToDestroy
        : `Nothing was destroyed; add -y to destroy ${shortList(units.map(({ title }) => title))}.`,
    );
  },
});

/** Selects fleets as a whole, by the fleet's labels and age. @throws MccError if the stack name is ambiguous. */
async function findDoomed(
  client: Client,
  chosen: Selection,
  olderThan = 0,
): Promise<{ units: InstanceOrFleet[]; instances: Instance[] }> {
  const labels = wantedLabels(chosen);
  const latestMs = (await client.now()) - olderThan * 1000;
  const isOld = ({ createdAt }: { createdAt: string }): boolean => Date.parse(createdAt) <= latestMs;
  const allFleets = await client.call("fleet.list", { labels });
  const all = await client.call("instance.list", { labels });
  refuseAmbiguous(chosen.stack, [...allFleets, ...all]);
  const fleets = allFleets.filter(isOld);
  const names = new Set(fleets.map(({ name }) => name));
  const instances = all.filter((instance) =>
    instance.fleet === undefined ? isOld(instance) : names.has(instance.fleet.name),
  );
  const alone = instances.filter(({ fleet }) => fleet === undefined);
  return {
    instances,
    // Fleets come first: a fleet without members appears in no other row.
    units: [...fleets.map((each) => ofFleet(client, each)), ...alone.map((each) => ofInstance(client, each))],
  };
}
