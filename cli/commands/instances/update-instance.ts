import * as z from "zod";
import { MccError } from "../../../protocol/error";
import type { Instance } from "../../../protocol/methods/instance";
import { instanceNameSchema, typeNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { findInstance, targetOf, titleOf } from "../../find/instances";
import { withSuggestion } from "../../find/subjects";
import { oneInstance } from "../../parameters/instance";
import { labelKey, labelPair } from "../../parameters/label";
import { flag, keyNames } from "../../parameters/values";

export const updateInstance = command({
  name: "update-instance",
  summary: "Change the keys, type, name, labels or owner of an instance",
  options: {
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key that may log in, in place of all current keys; repeat for several keys",
      value: keyNames.optional(),
      several: true,
      names: ["key"],
    },
    type: {
      syntax: "-t, --instance-type <TYPE>",
      help: "name of an instance type; see list-instance-types",
      value: typeNameSchema.optional(),
      names: ["type"],
    },
    name: { syntax: "-n, --name <NAME>", help: "new name", value: instanceNameSchema.optional() },
    label: {
      syntax: "-l, --label <KEY=VALUE>",
      help: "label to set; repeat for several labels",
      value: z.array(labelPair).default([]),
      several: true,
    },
    removeLabel: {
      syntax: "--remove-label <KEY>",
      help: "label to remove; repeat for several labels",
      value: z.array(labelKey).default([]),
      several: true,
    },
    release: {
      syntax: "--release",
      help: "remove the owner, so that another Pulumi resource can adopt the instance",
      value: flag,
    },
  },
  arguments: { instance: oneInstance },
  examples: [
    ["update-instance web -k me", "allow only this key to log in"],
    ["update-instance web -t large -n shop", "change type and name"],
    ["update-instance web -l role=db --remove-label team", "set one label and remove another"],
    ["update-instance web --release", "remove the Pulumi resource as its owner"],
  ],
  check: ({ keys, type, name, label, removeLabel, release }) => [
    ...([keys, type, name].every((value) => value === undefined) &&
    label.length + removeLabel.length === 0 &&
    !release
      ? ["give a change: --public-key, --instance-type, --name, --label, --remove-label or --release"]
      : []),
    ...label
      .flatMap((each) => Object.keys(each))
      .filter((key) => removeLabel.includes(key))
      .map((key) => `the label "${key}" cannot be both set and removed`),
  ],
  run: async ({ instance: wanted, keys, type, name, label, removeLabel, release }, io) => {
    const client = io.connect();
    const found = await findInstance(client, wanted);
    if (release && !(await client.can("ownership"))) {
      throw new MccError(
        "invalid",
        `The daemon at ${client.server} is too old for --release, because it has no owners; update the daemon.`,
      );
    }
    const labels = changedLabels(found, label, removeLabel);
    try {
      const changes = { keys, type, name, labels, ...(release ? { release } : {}) };
      const changed = await client.call("instance.update", { ...targetOf(found), ...changes });
      io.print(`${titleOf(changed)} updated`);
    } catch (error) {
      throw await withSuggestion(client, error, [
        { subject: "type", name: type },
        ...(keys ?? []).map((key) => ({ subject: "key" as const, name: key })),
      ]);
    }
  },
});

/** Returns all labels of the instance after the change, or undefined if no label changes. */
function changedLabels(
  { labels }: Instance,
  set: readonly Record<string, string>[],
  removed: readonly string[],
): Record<string, string> | undefined {
  if (set.length + removed.length === 0) {
    return undefined;
  }
  const all = Object.assign({}, labels, ...set) as Record<string, string>;
  return Object.fromEntries(Object.entries(all).filter(([key]) => !removed.includes(key)));
}
