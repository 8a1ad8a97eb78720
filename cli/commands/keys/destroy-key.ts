import { command } from "../../command";
import { namesOf, notThere } from "../../find/subjects";
import { keyNameOption } from "../../parameters/key-name";

export const destroyKey = command({
  name: "destroy-key",
  summary: "Remove a key, also from instances that have it",
  standalone: true,
  options: {
    name: keyNameOption,
  },
  arguments: {},
  examples: [["destroy-key -n me", "remove a key; files in ~/.ssh do not change"]],
  run: async ({ name }, io) => {
    const client = io.connect();
    const { removed } = await client.call("key.remove", { name });
    if (!removed) {
      throw notThere("key", name, await namesOf(client, "key"));
    }
    io.print(`${name} destroyed`);
  },
});
