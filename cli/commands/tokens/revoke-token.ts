import * as z from "zod";
import { nameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { onEach } from "../../find/on-each";
import { requireAccessTokens } from "../../find/require-access-tokens";
import { namesOf, notThere } from "../../find/subjects";

export const revokeToken = command({
  name: "revoke-token",
  summary: "Remove access tokens; what they created stays",
  options: {},
  arguments: {
    names: {
      syntax: "<TOKEN...>",
      help: "names of access tokens",
      value: z.array(nameSchema),
      names: ["token"],
    },
  },
  examples: [["revoke-token ci", "remove a token; its calls are refused at once"]],
  run: async ({ names }, io) => {
    const client = io.connect();
    await requireAccessTokens(client);
    await onEach([...new Set(names)], async (name) => {
      const { revoked } = await client.call("accessToken.revoke", { name });
      if (!revoked) {
        throw notThere("token", name, await namesOf(client, "token"));
      }
      io.print(`${name} revoked`);
    });
  },
});
