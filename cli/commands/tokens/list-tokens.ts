import type { AccessToken } from "../../../protocol/methods/access-token";
import { requireAccessTokens } from "../../find/require-access-tokens";
import { listCommand } from "../../list-command";
import { quotaColumns } from "../../output/quota";
import { timeLeft } from "../../output/time-left";

export const listTokens = listCommand<AccessToken>(
  "list-tokens",
  "List the access tokens of the daemon, without their texts, and the quotas of their accounts",
  async (client) => {
    await requireAccessTokens(client);
    return await client.call("accessToken.list", {});
  },
  {
    columns: [
      { heading: "TOKEN", text: ({ name }) => name, cuts: true },
      { heading: "ROLE", text: ({ role }) => role },
      { heading: "CREATED", text: ({ createdAt }) => createdAt.slice(0, 10) },
      { heading: "ROTATED", text: ({ rotatedAt }) => rotatedAt?.slice(0, 10) ?? "-", yields: true },
      { heading: "EXPIRES", text: (token, nowMs) => timeLeft(token, nowMs) },
      ...quotaColumns,
    ],
    id: ({ name }) => name,
    classic: { line: ({ name }) => `TOKEN\t${name}` },
  },
);
