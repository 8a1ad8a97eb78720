import type { Client } from "../../../client/client";
import { formatDuration, longestDurationSeconds } from "../../../protocol/duration";
import { command } from "../../command";
import { type InstanceOrFleet, ofFleet, ofInstance } from "../../find/instance-or-fleet";
import { findInstances } from "../../find/instances";
import { onEach } from "../../find/on-each";
import { someInstances } from "../../parameters/instance";
import { durationOrNever } from "../../parameters/values";

export const extend = command({
  name: "extend",
  summary: "Restart the TTL of instances or fleets",
  options: {
    ttl: {
      syntax: "--ttl <TIME>",
      help: 'new TTL from now, for example 45m or 2h, or "never" (default: the last TTL of each)',
      value: durationOrNever(longestDurationSeconds).optional(),
    },
  },
  arguments: {
    names: {
      ...someInstances,
      syntax: "<NAME...>",
      help: "ids or names of instances, or names of fleets; for a member, its fleet is extended",
      names: ["instance", "fleet"],
    },
  },
  examples: [
    ["extend web db", "restart the last TTL of each"],
    ["extend --ttl 2h web", "set the TTL to two hours from now"],
    ["extend --ttl never web", "remove the TTL"],
  ],
  run: async ({ names, ttl }, io) => {
    await onEach(await findEach(io.connect(), names), async ({ title, extend: extendIt }) => {
      const left = await extendIt(ttl);
      io.print(left === undefined ? `${title} has no TTL` : `${title} has ${formatDuration(left)} left`);
    });
  },
});

/** Finds the instances and fleets. @throws MccError `not-found` for the first text that names neither. */
async function findEach(client: Client, texts: readonly string[]): Promise<InstanceOrFleet[]> {
  const fleets = await client.call("fleet.list", {});
  const isFleet = (text: string): boolean => fleets.some(({ name }) => name === text);
  const instances = await findInstances(
    client,
    texts.filter((text) => !isFleet(text)),
    fleets.map(({ name }) => name),
  );
  const meant = new Set([...texts, ...instances.flatMap(({ fleet }) => fleet?.name ?? [])]);
  return [
    ...instances.filter(({ fleet }) => fleet === undefined).map((each) => ofInstance(client, each)),
    ...fleets.filter(({ name }) => meant.has(name)).map((each) => ofFleet(client, each)),
  ];
}
