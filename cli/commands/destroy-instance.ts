import { z } from "zod";
import { type Client, connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/instance";
import { command } from "../command";
import { confirm } from "../confirm";
import { findInstances, targetOf, titleOf } from "../find-instances";
import { onEach } from "../on-each";
import { print } from "../output/print";
import { flag, instanceText } from "../values";

const instances = z.array(instanceText).default([]);

export const destroyInstance = command({
  name: "destroy-instance",
  summary: "Destroy instances, whatever their state, and wait until they are gone",
  standalone: true,
  options: {
    instance: {
      syntax: "-i, --instance <INSTANCE>",
      help: "the same as an argument",
      value: instances,
      several: true,
      names: "instance",
    },
    all: { syntax: "-a, --all", help: "all instances of this server", value: flag, excludes: ["instance"] },
    yes: { syntax: "-y, --yes", help: "do not ask before --all", value: flag },
  },
  arguments: {
    others: {
      syntax: "[INSTANCE...]",
      help: "ids or names of instances",
      value: instances,
      names: "instance",
    },
  },
  examples: [
    ["destroy-instance 500", "by id"],
    ["destroy-instance web-1 web-2", "by name"],
    ["destroy-instance --all", "all of them; asks first"],
  ],
  run: async ({ instance, others, all, yes }) => {
    const client = connect();
    const texts = [...instance, ...others];
    const doomed = all ? await chooseAll(client, texts, yes) : await findInstances(client, required(texts));
    await onEach(doomed, async (each) => {
      await client.call("instance.destroy", targetOf(each));
      print(`${titleOf(each)} destroyed`);
    });
  },
});

/** @throws MccError when the user thinks better of it. */
async function chooseAll(client: Client, texts: readonly string[], yes: boolean): Promise<Instance[]> {
  if (texts.length > 0) {
    throw new MccError("invalid", "Give either instances or --all.");
  }
  const all = await client.call("instance.list", {});
  if (all.length === 0 || yes) {
    return all;
  }
  const question = `Destroy all ${all.length} instances of ${client.server}?`;
  if (!(await confirm(question, "give -y to destroy them unasked"))) {
    throw new MccError("invalid", "Nothing was destroyed.");
  }
  return all;
}

function required(texts: readonly string[]): readonly string[] {
  if (texts.length === 0) {
    throw new MccError("invalid", "Which instance? Give its id or its name, or --all.");
  }
  return texts;
}
