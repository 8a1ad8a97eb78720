import { type InstanceRecord, instanceRecordSchema } from "./record";

/** The first byte of a line that counts, as of every JSON object. */
export const countsMark = "{";
/** The first byte of the line of a removed record. A removal changes this byte only, so that it succeeds on a full disk too. */
export const removedMark = "-";
const newLine = "\n".charCodeAt(0);

/** A record in the journal, and where its line begins, in bytes. */
export interface JournalLine {
  readonly record: InstanceRecord;
  readonly at: number;
}

export interface JournalContent {
  /** The latest line of each record, by id. */
  readonly lines: ReadonlyMap<number, JournalLine>;
  /** The lines of removed records, by id: a file of theirs no longer counts. */
  readonly removed: ReadonlyMap<number, JournalLine>;
  /** The length up to the end of the last whole line. What follows was being written; nobody was told that it is kept. */
  readonly bytes: number;
  /** What is wrong with lines that are left out. */
  readonly problems: readonly string[];
}

export function journalLine(record: InstanceRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export function removedLine(record: InstanceRecord): Buffer {
  const line = journalLine(record);
  line.write(removedMark);
  return line;
}

/** Reads the lines in their order: a later one of the same record replaces an earlier one. */
export function readJournal(content: Buffer): JournalContent {
  const lines = new Map<number, JournalLine>();
  const removed = new Map<number, JournalLine>();
  const problems: string[] = [];
  let at = 0;
  for (let number = 1; ; number += 1) {
    const end = content.indexOf(newLine, at);
    if (end === -1) {
      return { lines, removed, bytes: at, problems };
    }
    const text = content.toString("utf8", at, end);
    const isRemoved = text.startsWith(removedMark);
    const record = recordIn(isRemoved ? `${countsMark}${text.slice(1)}` : text);
    if (record === undefined) {
      problems.push(`line ${number} is not the record of an instance`);
    } else if (isRemoved) {
      lines.delete(record.id);
      removed.set(record.id, { record, at });
    } else {
      lines.set(record.id, { record, at });
      removed.delete(record.id);
    }
    at = end + 1;
  }
}

function recordIn(text: string): InstanceRecord | undefined {
  try {
    return instanceRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
