import { z } from "zod";
import { instanceNameSchema } from "../../../protocol/methods/name";
import { command } from "../../command";
import { titleOf } from "../../find/instances";
import { onEach } from "../../find/on-each";
import { keyNames, text } from "../../parameters/values";

export const takeOver = command({
  name: "take-over",
  summary: "Put containers that others made under MiniCloud, without stopping them",
  options: {
    name: {
      syntax: "-n, --name <NAME>",
      help: "what to call it (default: as it is called, or mcc-ID)",
      value: instanceNameSchema.optional(),
    },
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key that list-keys shows, beside those that it has; may be given several times",
      value: keyNames.default([]),
      several: true,
      names: ["key"],
    },
  },
  arguments: {
    containers: {
      syntax: "<ID...>",
      help: "the engine's ids or names of containers, as list-instances -a --all-owners shows them",
      value: z.array(text),
    },
  },
  examples: [
    ["take-over 101", "one container"],
    ["take-over 101 -n web -k me", "under another name, and with a key of the daemon's"],
    ["take-over 500 501 502", "several"],
  ],
  check: ({ containers, name }) =>
    name !== undefined && containers.length > 1
      ? ["one name is for one container: leave --name out, or take them one by one"]
      : [],
  run: async ({ containers, name, keys }, io) => {
    const client = io.connect();
    await onEach([...new Set(containers)], async (container) => {
      const instance = await client.call("instance.takeOver", { container, name, keys });
      io.print(`${titleOf(instance)} ${instance.status}`);
    });
  },
});
