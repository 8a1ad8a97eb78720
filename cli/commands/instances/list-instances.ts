import type { ForeignContainer } from "../../../protocol/methods/foreign-container";
import { command } from "../../command";
import { findFleets } from "../../find/fleets";
import { findInstance } from "../../find/instances";
import { contradictions, memberOption, selectionOptions, wantedLabels } from "../../find/selection";
import type { Io } from "../../io";
import { type InstanceRow, instanceColumns } from "../../output/instance-columns";
import { type Form, formOptions, printListing } from "../../output/listing";
import { flag, instanceText } from "../../parameters/values";

const mostReasons = 10;

export const listInstances = command({
  name: "list-instances",
  summary: "List instances that are not stopped",
  standalone: true,
  aliases: ["ls"],
  options: {
    all: { syntax: "-a, --all", help: "include stopped instances", value: flag },
    allOwners: {
      syntax: "--all-owners",
      help: "include containers on this host that MiniCloud does not manage",
      value: flag,
      excludes: ["label", "stack", "fleet"],
    },
    instance: {
      syntax: "-i, --instance <INSTANCE>",
      help: "select one instance, by id or name",
      value: instanceText.optional(),
      excludes: ["all", "allOwners", "label", "stack", "fleet"],
      names: ["instance"],
    },
    ...selectionOptions,
    ...memberOption,
    ...formOptions,
  },
  arguments: {},
  examples: [
    ["list-instances", "print a table"],
    ["list-instances -a --json", "print all fields of all instances"],
    ["list-instances -i web", "show one instance"],
    ["list-instances --stack shop/dev --label role=web", "filter by Pulumi stack and label"],
    ["list-instances --fleet load", "list the members of a fleet"],
  ],
  check: contradictions,
  run: async ({ all, allOwners, instance, label, stack, fleet, ...form }, io) => {
    const client = io.connect();
    if (instance !== undefined) {
      const found = [await findInstance(client, instance)];
      await printListing(io, client, found, form, instanceColumns);
      noteFailures(io, found, form);
      return;
    }
    const foreign = allOwners ? await client.call("instance.listForeign", {}) : [];
    const own = await client.call("instance.list", { labels: wantedLabels({ label, stack }) });
    const members = fleet === undefined ? own : own.filter((each) => each.fleet?.name === fleet);
    if (fleet !== undefined && members.length === 0) {
      await findFleets(client, [fleet]);
    }
    const rows = [...members, ...foreign.map(foreignRow)];
    const shown = all ? rows : rows.filter((row) => isShown(row, form));
    await printListing(io, client, shown, form, instanceColumns);
    noteFailures(io, shown, form);
    const hidden = rows.length - shown.length;
    if (hidden > 0 && io.stdout.isTTY) {
      io.note(`${hidden} more are not shown; add -a to show them.`);
    }
  },
});

/**
 * Shows only running instances with --classic, because old scripts wait until an instance appears in the list. Shows also
 * instances that are stopped because they could not be started again.
 */
function isShown({ status, failure }: InstanceRow, { classic }: Form): boolean {
  return classic ? status === "running" : status !== "stopped" || failure !== undefined;
}

/** Prints the reasons of failures under a table, because no column is wide enough for them. */
function noteFailures(io: Io, rows: readonly InstanceRow[], { quiet, json, classic }: Form): void {
  if (quiet || json || classic) {
    return;
  }
  const failed = rows.filter(({ failure }) => failure !== undefined);
  failed.slice(0, mostReasons).forEach(({ id, name, failure }) => io.note(`${id} (${name}): ${failure}`));
  if (failed.length > mostReasons) {
    io.note(`${failed.length - mostReasons} more have failed; --json shows the reasons.`);
  }
}

/** Returns the row of a foreign container, with `-` for unknown values, as in vzlist. */
function foreignRow({ engineId, status, name, image, ipAddresses }: ForeignContainer): InstanceRow {
  return {
    id: engineId,
    name: name ?? "-",
    status,
    ipAddress: ipAddresses.join(",") || "-",
    image: image ?? "-",
    type: "-",
    keys: [],
    labels: {},
  };
}
