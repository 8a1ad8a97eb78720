import { z } from "zod";

/** The fields of pino's lines for the journal. A logged field can have replaced one of them. */
const lineSchema = z.looseObject({ level: z.number().catch(30), msg: z.string().catch("") });

/** The journal's priorities for pino's levels: sd-daemon(3). */
const priorities: readonly { readonly from: number; readonly priority: number }[] = [
  { from: 60, priority: 2 },
  { from: 50, priority: 3 },
  { from: 40, priority: 4 },
  { from: 30, priority: 6 },
  { from: 0, priority: 7 },
];

/** The fields that the journal keeps itself for every line. */
const kept = new Set(["level", "msg", "time", "pid", "hostname"]);

/**
 * Converts a line of JSON into one for the systemd journal: `<priority>message {other fields}`. Time, process id and
 * host name are omitted, because the journal adds its own.
 */
export function journalLine(line: string): string {
  const { level, msg, ...rest } = lineSchema.parse(JSON.parse(line));
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => !kept.has(name)));
  const priority = priorities.find(({ from }) => level >= from)?.priority ?? 7;
  const text = msg.replaceAll(/\s*\n\s*/g, " ");
  return `<${priority}>${text}${Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`}\n`;
}
