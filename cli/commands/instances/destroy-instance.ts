import * as z from "zod";
import type { Client } from "../../../client/client";
import { MccError } from "../../../protocol/error";
import type { Instance } from "../../../protocol/methods/instance";
import { command } from "../../command";
import { destroyEach, ofInstance } from "../../find/instance-or-fleet";
import { findInstances, titleOf } from "../../find/instances";
import type { Io } from "../../io";
import { confirm } from "../../parameters/confirm";
import { flag, instanceText } from "../../parameters/values";

const instances = z.array(instanceText).default([]);

export const destroyInstance = command({
  name: "destroy-instance",
  summary: "Destroy instances in any state",
  standalone: true,
  aliases: ["rm"],
  options: {
    instance: {
      syntax: "-i, --instance <INSTANCE>",
      help: "id or name of an instance, as an option",
      value: instances,
      several: true,
      names: ["instance"],
    },
    all: {
      syntax: "-a, --all",
      help: "destroy all instances of this daemon",
      value: flag,
      excludes: ["instance"],
    },
    yes: { syntax: "-y, --yes", help: "do not ask for confirmation of --all", value: flag },
  },
  arguments: {
    others: {
      syntax: "[INSTANCE...]",
      help: "ids or names of instances",
      value: instances,
      names: ["instance"],
    },
  },
  examples: [
    ["destroy-instance 500", "destroy by id"],
    ["destroy-instance web-1 web-2", "destroy by name"],
    ["destroy-instance --all", "destroy all instances, after confirmation"],
  ],
  check: ({ instance, others, all }) => {
    const isNamed = instance.length + others.length > 0;
    return isNamed === all ? ["give ids or names of instances, or --all"] : [];
  },
  run: async ({ instance, others, all, yes }, io) => {
    const client = io.connect();
    const doomed = all
      ? await chooseAll(io, client, yes)
      : await findInstances(client, [...instance, ...others]);
    await destroyEach(
      io,
      doomed.map((each) => ofInstance(client, each)),
    );
  },
});

/** Returns all instances after the user's confirmation. @throws MccError if the user does not confirm. */
async function chooseAll(io: Io, client: Client, yes: boolean): Promise<Instance[]> {
  const all = await client.call("instance.list", {});
  if (all.length === 0 || yes) {
    return all;
  }
  const [first, ...others] = all.map(titleOf);
  const what = others.length === 0 ? `${first}, the only instance` : `all ${all.length} instances`;
  const question = `Destroy ${what} of ${client.server}?`;
  if (!(await confirm(io, question, "give -y to destroy them without confirmation"))) {
    throw new MccError("invalid", "Nothing was destroyed.");
  }
  return all;
}
