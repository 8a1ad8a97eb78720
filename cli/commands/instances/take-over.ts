import * as z from "zod";
import { instanceNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { titleOf } from "../../find/instances";
import { onEach } from "../../find/on-each";
import { keyNames, text } from "../../parameters/values";

export const takeOver = command({
  name: "take-over",
  summary: "Manage existing OpenVZ containers, without stopping them",
  options: {
    name: {
      syntax: "-n, --name <NAME>",
      help: "name of the instance (default: the container's name, or mcc-ID)",
      value: instanceNameSchema.optional(),
    },
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key to add to those of the container; repeat for several keys",
      value: keyNames.default([]),
      several: true,
      names: ["key"],
    },
  },
  arguments: {
    containers: {
      syntax: "<ID...>",
      help: "ids or names of containers; see list-instances -a --all-owners",
      value: z.array(text),
    },
  },
  examples: [
    ["take-over 101", "take over one container"],
    ["take-over 101 -n web -k me", "take it over with a new name and one more key"],
    ["take-over 500 501 502", "take over several containers"],
  ],
  check: ({ containers, name }) =>
    name !== undefined && containers.length > 1
      ? ["--name is for one container only; omit --name, or take over one container at a time"]
      : [],
  run: async ({ containers, name, keys }, io) => {
    const client = io.connect();
    await onEach([...new Set(containers)], async (container) => {
      const instance = await client.call("instance.takeOver", { container, name, keys });
      io.print(`${titleOf(instance)} ${instance.status}`);
    });
  },
});
