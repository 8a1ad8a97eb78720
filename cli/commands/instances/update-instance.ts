import { z } from "zod";
import { MccError } from "../../../protocol/error";
import type { Instance } from "../../../protocol/methods/instance";
import { instanceNameSchema, typeNameSchema } from "../../../protocol/methods/name";
import { command } from "../../command";
import { findInstance, targetOf, titleOf } from "../../find/instances";
import { withSuggestion } from "../../find/subjects";
import { oneInstance } from "../../parameters/common";
import { labelKey, labelPair } from "../../parameters/label";
import { flag, keyNames } from "../../parameters/values";

export const updateInstance = command({
  name: "update-instance",
  summary: "Change keys, type, name, labels or owner of an instance in place",
  options: {
    keys: {
      syntax: "-k, --public-key <KEY>",
      help: "name of a key that list-keys shows: the one that it has from now on; for several keys, give it several times",
      value: keyNames.optional(),
      several: true,
      names: ["key"],
    },
    type: {
      syntax: "-t, --instance-type <TYPE>",
      help: "what list-instance-types shows",
      value: typeNameSchema.optional(),
      names: ["type"],
    },
    name: { syntax: "-n, --name <NAME>", help: "what to call it", value: instanceNameSchema.optional() },
    label: {
      syntax: "-l, --label <KEY=VALUE>",
      help: "a label to set; the others stay; for several labels, give it several times",
      value: z.array(labelPair).default([]),
      several: true,
    },
    removeLabel: {
      syntax: "--remove-label <KEY>",
      help: "a label to remove; for several labels, give it several times",
      value: z.array(labelKey).default([]),
      several: true,
    },
    release: {
      syntax: "--release",
      help: "leave the instance without an owner, so that another Pulumi resource can adopt it",
      value: flag,
    },
  },
  arguments: { instance: oneInstance },
  examples: [
    ["update-instance web -k me", "lets in who has this key, and nobody else"],
    ["update-instance web -t large -n shop", "another type and another name"],
    ["update-instance web -l role=db --remove-label team", "sets one label and removes another"],
    ["update-instance web --release", "takes it from the Pulumi resource that owns it"],
  ],
  check: ({ keys, type, name, label, removeLabel, release }) => [
    ...([keys, type, name].every((value) => value === undefined) &&
    label.length + removeLabel.length === 0 &&
    !release
      ? [
          "say what to change, with --public-key, --instance-type or --name, with --label, --remove-label or --release",
        ]
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
        `The daemon at ${client.server} knows no owners, so --release has no effect there; update the daemon.`,
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

/** All labels that the instance has from now on; undefined when they stay. */
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
