import { connect } from "../../client/client";
import { MccError } from "../../protocol/error";
import { command } from "../command";
import { print } from "../output/print";
import { didYouMean, namesOf } from "../subjects";
import { keyNameOption } from "../words";

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
      const suggestion = didYouMean(name, await namesOf(client, "key"));
      throw new MccError("not-found", `There is no key "${name}" on this server.${suggestion}`);
    }
    print(`${name} destroyed`);
  },
});
