import { command } from "../../command";
import { requireQuotas } from "../../find/require-quotas";
import { quotaTexts } from "../../output/quota";
import { changedQuotaOptions, quotaChange } from "../../parameters/quota";
import { tokenName } from "../../parameters/token-name";
import { flag } from "../../parameters/values";

export const setQuota = command({
  name: "set-quota",
  summary: "Change what the account of an access token may have; each limit can be a value or none",
  options: {
    ...changedQuotaOptions,
    json: { syntax: "--json", help: "print all fields as JSON", value: flag },
  },
  arguments: { name: { ...tokenName, names: ["token"] } },
  examples: [
    ["set-quota ci --max-instances 10 --max-memory 4GiB", "change two limits, and leave the others"],
    ["set-quota ci --max-ttl 4h --default-ttl 1h", "destroy everything after some time"],
    ["set-quota ci --max-memory none", "remove a limit"],
    ["set-quota ci", "show the quota, and what the account has"],
  ],
  run: async ({ name, json, ...given }, io) => {
    const client = io.connect();
    await requireQuotas(client);
    const token = await client.call("accessToken.setQuota", { name, ...quotaChange(given) });
    if (json) {
      io.print(JSON.stringify(token, undefined, 2));
      return;
    }
    const texts = quotaTexts(token.quota);
    io.print(`${name}: ${texts.length === 0 ? "no quota" : texts.join("; ")}`);
  },
});
