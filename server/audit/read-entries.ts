import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { hasErrno } from "../../protocol/errno";
import { type AuditEntry, auditEntrySchema } from "../../protocol/methods/audit";
import type { ParsedParameters } from "../../protocol/methods/method-table";

type Filter = ParsedParameters<"audit.list">;

/**
 * Returns the latest entries that match a filter, the oldest of them first. It reads the files from the latest to the
 * oldest, until it has enough. A damaged line, such as the last one after a power cut, is left out.
 *
 * @param path of the latest file. The earlier ones are `<path>.1` and so on.
 */
export async function readEntries(path: string, oldFiles: number, filter: Filter): Promise<AuditEntry[]> {
  let found: AuditEntry[] = [];
  for (let number = 0; number <= oldFiles && found.length < filter.limit; number += 1) {
    const file = number === 0 ? path : `${path}.${number}`;
    const earlier = await latestIn(file, { ...filter, limit: filter.limit - found.length });
    found = [...earlier, ...found];
  }
  return found;
}

async function latestIn(file: string, filter: Filter): Promise<AuditEntry[]> {
  const latest: AuditEntry[] = [];
  try {
    for await (const line of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const entry = parse(line);
      if (entry !== undefined && matches(entry, filter)) {
        latest.push(entry);
        if (latest.length > filter.limit) {
          latest.shift();
        }
      }
    }
  } catch (error) {
    if (!hasErrno(error, "ENOENT")) {
      throw error;
    }
  }
  return latest;
}

function parse(line: string): AuditEntry | undefined {
  try {
    return auditEntrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function matches(entry: AuditEntry, { account, method, subject, failed, since, until }: Filter): boolean {
  return (
    (account === undefined || entry.account === account) &&
    (method === undefined || entry.method === method || entry.method.startsWith(`${method}.`)) &&
    (subject === undefined || Object.values(entry.subject).map(String).includes(subject)) &&
    (!failed || entry.result !== "ok") &&
    (since === undefined || Date.parse(entry.time) > Date.parse(since)) &&
    (until === undefined || Date.parse(entry.time) < Date.parse(until))
  );
}
