import { instanceNameSchema, typeNameSchema } from "../../protocol/name";
import { command } from "../command";
import { oneInstance } from "../common-parameters";
import { findInstance, targetOf, titleOf } from "../find-instances";
import { withSuggestion } from "../subjects";
import { keyNames } from "../values";

export const updateInstance = command({
  name: "update-instance",
  summary: "Change the keys, the type or the name of an instance in place",
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
  },
  arguments: { instance: oneInstance },
  examples: [
    ["update-instance web -k me", "lets in who has this key, and nobody else"],
    ["update-instance web -t large -n shop", "another type and another name"],
  ],
  check: ({ keys, type, name }) =>
    keys === undefined && type === undefined && name === undefined
      ? ["say what to change, with --public-key, --instance-type or --name"]
      : [],
  run: async ({ instance: wanted, keys, type, name }, io) => {
    const client = io.connect();
    const target = targetOf(await findInstance(client, wanted));
    try {
      const changed = await client.call("instance.update", { ...target, keys, type, name });
      io.print(`${titleOf(changed)} updated`);
    } catch (error) {
      throw await withSuggestion(client, error, [
        { subject: "type", name: type },
        ...(keys ?? []).map((key) => ({ subject: "key" as const, name: key })),
      ]);
    }
  },
});
