import { z } from "zod";
import { connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import { imageNameSchema } from "../../protocol/name";
import { command } from "../command";
import { onEach } from "../on-each";
import { print } from "../output/print";
import { didYouMean, namesOf } from "../subjects";

export const removeImage = command({
  name: "remove-image",
  summary: "Remove images that no instance uses",
  options: {},
  arguments: {
    names: {
      syntax: "<IMAGE...>",
      help: "what list-images shows",
      value: z.array(imageNameSchema),
      names: "image",
    },
  },
  examples: [["remove-image debian-12", "once its instances are destroyed"]],
  run: async ({ names }) => {
    const client = connect();
    await onEach([...new Set(names)], async (name) => {
      const { removed } = await client.call("image.remove", { name });
      if (!removed) {
        const suggestion = didYouMean(name, await namesOf(client, "image"));
        throw new MccError("not-found", `There is no image "${name}" on this server.${suggestion}`);
      }
      print(`${name} removed`);
    });
  },
});
