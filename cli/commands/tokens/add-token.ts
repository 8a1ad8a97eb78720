import * as z from "zod";
import { longestDurationSeconds } from "../../../protocol/duration";
import { roles } from "../../../protocol/methods/values/role";
import { command } from "../../command";
import { requireAccessTokens } from "../../find/require-access-tokens";
import { requireQuotas } from "../../find/require-quotas";
import { printNewToken, tokenJson } from "../../output/new-token";
import { quotaChange, quotaOptions } from "../../parameters/quota";
import { tokenName } from "../../parameters/token-name";
import { durationOrNever } from "../../parameters/values";

export const addToken = command({
  name: "add-token",
  summary: "Create an access token for a user or a program, and print its text once",
  options: {
    role: {
      syntax: "--role <ROLE>",
      help: `rights of the token: ${roles.join(", ")}; see docs/teams.md`,
      value: z.enum(roles),
      required: true,
    },
    expires: {
      syntax: "--expires <TIME>",
      help: "when the token expires, such as 30d; default: never",
      value: durationOrNever(longestDurationSeconds).optional(),
    },
    ...quotaOptions,
    json: tokenJson,
  },
  arguments: { name: tokenName },
  examples: [
    ["add-token alice --role user", "create a token that reaches only its own instances"],
    ["add-token ci --role user --expires 30d", "create a token that expires after 30 days"],
    ["add-token lab --role user --max-instances 10 --max-ttl 4h", "create a token whose account has limits"],
    ["add-token dashboard --role reader", "create a token that sees everything and changes nothing"],
  ],
  run: async ({ name, role, expires = 0, json, ...given }, io) => {
    const client = io.connect();
    await requireAccessTokens(client);
    const lifetime = expires === 0 ? {} : { lifetimeSeconds: expires };
    const { limits } = quotaChange(given);
    const quota = Object.keys(limits).length === 0 ? {} : { limits };
    if ("limits" in quota) {
      await requireQuotas(client);
    }
    const token = await client.call("accessToken.add", { name, role, ...lifetime, ...quota });
    printNewToken(io, token, json, "added");
  },
});
