import { type Client, connect } from "../../client/client";
import { longestDurationSeconds } from "../../protocol/duration";
import type { Instance } from "../../protocol/instance";
import { command } from "../command";
import { onEach } from "../on-each";
import { instanceLayout } from "../output/instance-layout";
import { formOptions, printListing } from "../output/listing";
import { note, print } from "../output/print";
import { contradictions, selectionOptions, wantedLabels } from "../selection";
import { fleetUnit, instanceUnit, type Unit } from "../unit";
import { duration, flag } from "../values";

const { label, stack } = selectionOptions;

export const prune = command({
  name: "prune",
  summary: "Destroy what a stack, a label or its age says that nobody wants; without -y, show it",
  options: {
    stack: { ...stack, excludes: [] },
    label: { ...label, excludes: [] },
    olderThan: {
      syntax: "--older-than <TIME>",
      help: "only those that were made so long ago or longer, such as 2h or 1d",
      value: duration(longestDurationSeconds).optional(),
    },
    yes: { syntax: "-y, --yes", help: "destroy them", value: flag },
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["prune --stack shop/dev", "what would go"],
    ["prune --stack shop/dev -y", "what remains of a stack that Pulumi has forgotten"],
    ["prune --older-than 1d --label team=qa -y", "both must hold"],
  ],
  check: ({ stack, label, olderThan }) =>
    stack === undefined && label.length === 0 && olderThan === undefined
      ? ["say what may go, with --stack, --label or --older-than"]
      : contradictions({ stack, label }),
  run: async ({ stack, label, olderThan, yes, ...form }) => {
    const labels = wantedLabels({ stack, label });
    const client = connect();
    const { units, instances } = await findDoomed(client, labels, olderThan);
    if (yes) {
      await onEach(units, async ({ title, destroy }) => {
        await destroy();
        print(`${title} destroyed`);
      });
      return;
    }
    printListing(instances, form, instanceLayout);
    note(
      units.length === 0
        ? "There is nothing to destroy."
        : `Nothing was destroyed yet: add -y to destroy ${units.map(({ title }) => title).join(", ")}.`,
    );
  },
});

/** Fleets go as a whole, by the labels and the age of the fleet. */
async function findDoomed(
  client: Client,
  labels: Record<string, string>,
  olderThan = 0,
): Promise<{ units: Unit[]; instances: Instance[] }> {
  const latestMs = Date.now() - olderThan * 1000;
  const isOld = ({ createdAt }: { createdAt: string }): boolean => Date.parse(createdAt) <= latestMs;
  const fleets = (await client.call("fleet.list", { labels })).filter(isOld);
  const names = new Set(fleets.map(({ name }) => name));
  const instances = (await client.call("instance.list", { labels })).filter((instance) =>
    instance.fleet === undefined ? isOld(instance) : names.has(instance.fleet.name),
  );
  const alone = instances.filter(({ fleet }) => fleet === undefined);
  return {
    instances,
    units: [
      ...alone.map((each) => instanceUnit(client, each)),
      ...fleets.map((each) => fleetUnit(client, each)),
    ],
  };
}
