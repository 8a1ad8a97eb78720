import { connect } from "../../client/client";
import type { Instance } from "../../protocol/instance";
import { command } from "../command";
import { findInstance } from "../find-instances";
import { instanceLayout } from "../output/instance-layout";
import { type Form, formOptions, printListing } from "../output/listing";
import { note } from "../output/print";
import { flag, instanceText } from "../values";

export const listInstances = command({
  name: "list-instances",
  summary: "List instances, all but the stopped ones",
  standalone: true,
  options: {
    all: { syntax: "-a, --all", help: "also the stopped ones", value: flag },
    instance: {
      syntax: "-i, --instance <INSTANCE>",
      help: "only this one, by id or name",
      value: instanceText.optional(),
      excludes: ["all"],
      names: "instance",
    },
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["list-instances", "a table"],
    ["list-instances -a --json", "everything about every instance"],
    ["list-instances -i web", "one of them"],
  ],
  run: async ({ all, instance, ...form }) => {
    const client = connect();
    if (instance !== undefined) {
      printListing([await findInstance(client, instance)], form, instanceLayout);
      return;
    }
    const instances = await client.call("instance.list", {});
    const shown = all ? instances : instances.filter((each) => isShown(each, form));
    printListing(shown, form, instanceLayout);
    const hidden = instances.length - shown.length;
    if (hidden > 0 && process.stdout.isTTY) {
      note(`${hidden} more not shown; -a shows all.`);
    }
  },
});

/** Scripts of the first MiniCloud's time wait until an instance shows, which meant that it runs. */
function isShown({ status }: Instance, { classic }: Form): boolean {
  return classic ? status === "running" : status !== "stopped";
}
