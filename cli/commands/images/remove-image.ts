import * as z from "zod";
import { imageNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { onEach } from "../../find/on-each";
import { namesOf, notThere } from "../../find/subjects";

export const removeImage = command({
  name: "remove-image",
  summary: "Remove images that no instance uses",
  options: {},
  arguments: {
    names: {
      syntax: "<IMAGE...>",
      help: "names of images",
      value: z.array(imageNameSchema),
      names: ["image"],
    },
  },
  examples: [["remove-image debian-12", "remove an image after its instances are destroyed"]],
  run: async ({ names }, io) => {
    const client = io.connect();
    await onEach([...new Set(names)], async (name) => {
      const { removed } = await client.call("image.remove", { name });
      if (!removed) {
        throw notThere("image", name, await namesOf(client, "image"));
      }
      io.print(`${name} removed`);
    });
  },
});
