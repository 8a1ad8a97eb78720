import { connect } from "../../client/client";
import { command } from "../command";
import { keyNameOption } from "../common-parameters";
import { print } from "../output/print";
import { namesOf, notThere } from "../subjects";

export const destroyKey = command({
  name: "destroy-key",
  summary: "Remove a key, also from the instances that carry it",
  standalone: true,
  options: {
    name: keyNameOption,
  },
  arguments: {},
  examples: [["destroy-key -n me", "files in ~/.ssh stay as they are"]],
  run: async ({ name }) => {
    const client = connect();
    const { removed } = await client.call("key.remove", { name });
    if (!removed) {
      throw notThere("key", name, await namesOf(client, "key"));
    }
    print(`${name} destroyed`);
  },
});
