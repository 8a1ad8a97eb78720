import { longestDurationSeconds } from "../../../protocol/duration";
import { longestGraceSeconds } from "../../../protocol/methods/access-token";
import { command } from "../../command";
import { requireAccessTokens } from "../../find/require-access-tokens";
import { printNewToken, tokenJson } from "../../output/new-token";
import { tokenName } from "../../parameters/token-name";
import { duration } from "../../parameters/values";

export const rotateToken = command({
  name: "rotate-token",
  summary: "Replace the text of an access token, and print the new one once",
  options: {
    expires: {
      syntax: "--expires <TIME>",
      help: "when the new text expires, such as 30d; default: after the same time as the previous one",
      value: duration(longestDurationSeconds).optional(),
    },
    grace: {
      syntax: "--grace <TIME>",
      help: "how long the previous text is also accepted, such as 1h; default: not at all",
      value: duration(longestGraceSeconds, 0).optional(),
    },
    json: tokenJson,
  },
  arguments: { name: tokenName },
  examples: [
    ["rotate-token ci", "replace a text that others may know, at once"],
    ["rotate-token ci --grace 1h", "replace a text while programs still use the previous one"],
    ["rotate-token admin", "replace the token of the daemon's host, and the file that has it"],
  ],
  run: async ({ name, expires, grace, json }, io) => {
    const client = io.connect();
    await requireAccessTokens(client);
    const token = await client.call("accessToken.rotate", {
      name,
      ...(expires === undefined ? {} : { lifetimeSeconds: expires }),
      ...(grace === undefined ? {} : { graceSeconds: grace }),
    });
    printNewToken(io, token, json, "rotated");
  },
});
