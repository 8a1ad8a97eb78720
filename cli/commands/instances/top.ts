import * as z from "zod";
import type { InstanceUsage } from "../../../protocol/methods/usage";
import { command } from "../../command";
import { findFleets } from "../../find/fleets";
import { findInstances } from "../../find/instances";
import { requireUsage } from "../../find/require-usage";
import { contradictions, memberOption, selectionOptions, wantedLabels } from "../../find/selection";
import { type ShownUsage, usageReadings } from "../../find/usage-readings";
import { formOptions, listingLines, noteOwned } from "../../output/listing";
import { LiveLines } from "../../output/live-lines";
import { standardScreen } from "../../output/table";
import { usageColumns } from "../../output/usage-columns";
import { duration, flag, instanceText } from "../../parameters/values";

/** What rows can be sorted by: the largest first, or the first in the alphabet. */
const amounts = {
  cpu: ({ cpuPercent }: ShownUsage) => cpuPercent,
  memory: ({ used }: ShownUsage) => used?.memoryBytes,
  processes: ({ used }: ShownUsage) => used?.processes,
  disk: ({ used }: ShownUsage) => used?.diskBytes,
} as const;
const sortKeys = ["cpu", "memory", "processes", "disk", "name", "id"] as const;
type SortKey = (typeof sortKeys)[number];

export const top = command({
  name: "top",
  summary: "Show how much memory and processor time instances use",
  aliases: ["stats"],
  options: {
    follow: {
      syntax: "--follow",
      help: "measure again and again until Ctrl-C; a terminal shows the latest figures in place",
      value: flag,
    },
    interval: {
      syntax: "--interval <TIME>",
      help: "time between two measurements, for example 5s (default: 1s; with --follow: 2s)",
      value: duration(3600).optional(),
    },
    sort: {
      syntax: "--sort <COLUMN>",
      help: `sort by ${sortKeys.join(", ")} (default: cpu)`,
      value: z.enum(sortKeys).default("cpu"),
    },
    all: { syntax: "-a, --all", help: "include stopped instances", value: flag },
    ...selectionOptions,
    ...memberOption,
    json: { ...formOptions.json, help: "print all fields as JSON; with --follow, one array per line" },
  },
  arguments: {
    instances: {
      syntax: "[INSTANCE...]",
      help: "ids or names of instances (default: all)",
      value: z.array(instanceText).default([]),
      names: ["instance"],
    },
  },
  examples: [
    ["top", "measure for a second, and list the instances that use the most processor time first"],
    ["top --follow --sort memory", "watch them, those with the most memory first"],
    ["top web db --interval 10s", "measure two instances for ten seconds"],
    ["top --fleet load --json", "print the figures of a fleet, for a program"],
  ],
  check: contradictions,
  run: async ({ follow, interval, sort, all, label, stack, fleet, json, instances }, io) => {
    const client = io.connect();
    await requireUsage(client);
    const wanted = new Set((await findInstances(client, instances)).map(({ uid }) => uid));
    if (fleet !== undefined) {
      await findFleets(client, [fleet]);
    }
    const measure = async (): Promise<InstanceUsage[]> => {
      const found = await client.call("instance.usage", {
        labels: wantedLabels({ label, stack }),
        ...(fleet === undefined ? {} : { fleet }),
      });
      return found.filter(({ uid, status }) =>
        instances.length > 0 ? wanted.has(uid) : all || status !== "stopped",
      );
    };
    const lines = new LiveLines(io);
    const intervalMs = (interval ?? (follow ? 2 : 1)) * 1000;
    for await (const reading of usageReadings(measure, intervalMs)) {
      const rows = reading.toSorted(comparison(sort));
      const form = { json, quiet: false, classic: false };
      if (!follow) {
        listingLines(rows, form, usageColumns, 0, standardScreen(io)).forEach((line) => io.print(line));
        await noteOwned(io, client, usageColumns);
        return;
      }
      if (json) {
        io.print(JSON.stringify(rows));
      } else {
        lines.show(listingLines(rows, form, usageColumns, 0, standardScreen(io)));
      }
    }
  },
});

/** Instances without a figure come last. */
function comparison(sort: SortKey): (one: ShownUsage, other: ShownUsage) => number {
  if (sort === "name") {
    return (one, other) => one.name.localeCompare(other.name, "en", { numeric: true });
  }
  if (sort === "id") {
    return (one, other) => one.id - other.id;
  }
  const amountOf = amounts[sort];
  return (one, other) => (amountOf(other) ?? -1) - (amountOf(one) ?? -1) || one.id - other.id;
}
