import { type Client, connect } from "../../client/client";
import { longestDurationSeconds } from "../../protocol/duration";
import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/instance";
import { command } from "../command";
import { targetOf, titleOf } from "../find-instances";
import { onEach } from "../on-each";
import { instanceLayout } from "../output/instance-layout";
import { formOptions, printListing } from "../output/listing";
import { note, print } from "../output/print";
import { selectionOptions, wantedLabels } from "../selection";
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
  run: async ({ stack, label, olderThan, yes, ...form }) => {
    const labels = wantedLabels({ stack, label });
    if (Object.keys(labels).length === 0 && olderThan === undefined) {
      throw new MccError(
        "invalid",
        "Say what may go, with --stack, --label or --older-than; destroy-instance --all destroys everything.",
      );
    }
    const client = connect();
    const doomed = (await client.call("instance.list", { labels })).filter(isOlder(olderThan));
    if (yes) {
      await destroyAll(client, doomed);
      return;
    }
    printListing(doomed, form, instanceLayout);
    note(
      doomed.length === 0
        ? "There is nothing to destroy."
        : `Nothing was destroyed yet: add -y to destroy ${doomed.length === 1 ? "it" : `all ${doomed.length}`}.`,
    );
  },
});

function isOlder(seconds = 0): (instance: Instance) => boolean {
  const latestMs = Date.now() - seconds * 1000;
  return ({ createdAt }) => Date.parse(createdAt) <= latestMs;
}

async function destroyAll(client: Client, instances: readonly Instance[]): Promise<void> {
  await onEach(instances, async (instance) => {
    await client.call("instance.destroy", targetOf(instance));
    print(`${titleOf(instance)} destroyed`);
  });
}
