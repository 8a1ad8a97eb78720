import { join } from "node:path";
import type { Logger } from "pino";
import type { AuditEntry } from "../../protocol/methods/audit";
import type { ParsedParameters } from "../../protocol/methods/method-table";
import { LogFile } from "../log/file";
import { LogSink } from "../log/sink";
import { readEntries } from "./read-entries";

const rotated = { maxBytes: 10 * 1024 * 1024, oldFiles: 10 };

/** What `audit.list` needs of the audit log, and what records changes. */
export interface Auditor {
  /** Adds an entry. It never waits or throws: an entry that cannot be written is counted, and the count is written later. */
  record(entry: AuditEntry): void;
  /** Returns the latest entries that match, the oldest of them first. */
  list(filter: ParsedParameters<"audit.list">): Promise<AuditEntry[]>;
}

/** For a daemon without an audit log. */
export const noAuditor: Auditor = { record: () => undefined, list: () => Promise.resolve([]) };

/** The audit log of a state folder: one line of JSON for each change, in a file of its own, which is rotated. */
export class AuditLog implements Auditor {
  readonly #file: LogFile;
  readonly #sink: LogSink;

  private constructor(
    private readonly path: string,
    file: LogFile,
  ) {
    this.#file = file;
    this.#sink = new LogSink(file, { noteOf: noteOfDropped });
  }

  /** @throws like `openLogFile`. A full disk is no error: entries are counted until they can be written. */
  static async open(stateFolder: string, log: Logger): Promise<AuditLog> {
    const path = join(stateFolder, "audit.log");
    const file = await LogFile.open({ path, ...rotated }, (trouble) => log.error(trouble));
    return new AuditLog(path, file);
  }

  record(entry: AuditEntry): void {
    this.#sink.write(`${JSON.stringify(entry)}\n`);
  }

  async list(filter: ParsedParameters<"audit.list">): Promise<AuditEntry[]> {
    this.#sink.flush();
    return await readEntries(this.path, rotated.oldFiles, filter);
  }

  /** Opens the file again, for an operator who has moved it away. */
  async reopen(): Promise<void> {
    await this.#file.reopen();
  }

  close(): void {
    this.#sink.end();
    this.#file.close();
  }
}

/** It is in the form of an entry, so that it is listed as one. */
function noteOfDropped(dropped: number, reason: string): string {
  const entry: AuditEntry = {
    time: new Date().toISOString(),
    method: "audit.drop",
    subject: { count: dropped },
    result: "unavailable",
    ms: 0,
    reason: `entries could not be written: ${reason}`,
  };
  return `${JSON.stringify(entry)}\n`;
}
