import * as z from "zod";
import { longestDurationSeconds } from "../../../protocol/duration";
import { MccError } from "../../../protocol/error";
import type { AuditEntry } from "../../../protocol/methods/audit";
import { largestAuditAnswer } from "../../../protocol/methods/audit";
import { command } from "../../command";
import { formOptions, type Layout, printListing } from "../../output/listing";
import { duration, flag, text, wholeNumber } from "../../parameters/values";

const layout: Layout<AuditEntry> = {
  columns: [
    { heading: "TIME", text: ({ time }) => time.slice(0, 19).replace("T", " ") },
    { heading: "ACCOUNT", text: ({ account }) => account ?? "(daemon)" },
    { heading: "FROM", text: ({ from }) => from ?? "-", yields: true },
    { heading: "METHOD", text: ({ method }) => method },
    { heading: "SUBJECT", text: (entry) => subjectText(entry), cuts: true },
    { heading: "RESULT", text: ({ result }) => result },
    { heading: "MS", text: ({ ms }) => String(ms) },
  ],
  id: ({ time }) => time,
  classic: { line: ({ time }) => `AUDIT\t${time}` },
};

export const audit = command({
  name: "audit",
  summary: "Show who changed what, from where, and with what result",
  options: {
    account: { syntax: "--account <NAME>", help: "only the changes of this account", value: text.optional() },
    method: {
      syntax: "--method <METHOD>",
      help: "only these changes, such as instance.destroy, or instance for all of instances",
      value: z
        .string()
        .regex(
          /^[a-zA-Z]+(\.[a-zA-Z_]+)?$/,
          "give a method such as instance.destroy, or a noun such as instance",
        )
        .optional(),
    },
    subject: {
      syntax: "--subject <NAME>",
      help: "only the changes of this instance, fleet, key or image, by its name or id",
      value: text.optional(),
    },
    since: {
      syntax: "--since <TIME>",
      help: "only the changes of the last time, such as 1h",
      value: duration(longestDurationSeconds).optional(),
    },
    failed: { syntax: "--failed", help: "only what failed or was refused", value: flag },
    count: {
      syntax: "-c, --count <COUNT>",
      help: "number of entries; the latest are shown (default: 100)",
      value: wholeNumber(1, largestAuditAnswer).optional(),
    },
    json: formOptions.json,
  },
  arguments: {},
  examples: [
    ["audit --since 1h", "show the changes of the last hour"],
    ["audit --account ci --failed", "show what the account ci was refused, or failed to do"],
    ["audit --subject web-1 --json", "print all fields of the changes of one instance as JSON"],
  ],
  run: async ({ since, count, json, ...filter }, io) => {
    const client = io.connect();
    if (!(await client.can("audit"))) {
      throw new MccError(
        "invalid",
        `The daemon at ${client.server} is too old for an audit log; update the daemon.`,
      );
    }
    const sinceTime =
      since === undefined ? undefined : new Date((await client.now()) - since * 1000).toISOString();
    const entries = await client.call("audit.list", { ...filter, since: sinceTime, limit: count });
    await printListing(io, client, entries, { json, quiet: false, classic: false }, layout);
  },
});

/** Leaves out the uid, which is long and not needed to recognise the object. */
function subjectText({ subject }: AuditEntry): string {
  const words = Object.entries(subject).filter(([key]) => key !== "uid" && key !== "id");
  return words.length === 0 ? "-" : [...new Set(words.map(([, value]) => String(value)))].join(" ");
}
