import { connect } from "../../client/client";
import { formatDuration, longestDurationSeconds } from "../../protocol/duration";
import { command } from "../command";
import { findInstances, targetOf, titleOf } from "../find-instances";
import { onEach } from "../on-each";
import { print } from "../output/print";
import { duration } from "../values";
import { someInstances } from "../words";

export const extend = command({
  name: "extend",
  summary: "Let the time that instances have left begin anew",
  options: {
    ttl: {
      syntax: "--ttl <TIME>",
      help: "such as 45m or 2h, from now (default: what each was given last)",
      value: duration(longestDurationSeconds).optional(),
    },
  },
  arguments: { instances: someInstances },
  examples: [
    ["extend web db", "each for as long as it was given last"],
    ["extend --ttl 2h web", "two hours from now"],
  ],
  run: async ({ instances, ttl }) => {
    const client = connect();
    await onEach(await findInstances(client, instances), async (instance) => {
      const { ttlSeconds = 0 } = await client.call("instance.extend", {
        ...targetOf(instance),
        ttlSeconds: ttl,
      });
      print(`${titleOf(instance)} has ${formatDuration(ttlSeconds)} left`);
    });
  },
});
