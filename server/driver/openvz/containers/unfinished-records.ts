import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { unlessErrno } from "../../../../protocol/errno";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import { replaceFile } from "../../../support/files/json-file";

/** Identifies a container that is being created or destroyed when the engine's list does not show its owner. */
const recordSchema = z.object({
  id: z.int(),
  ctid: z.string(),
  name: z.string().optional(),
  hostname: z.string().optional(),
  /** Its VE_PRIVATE, if the container was found complete. */
  privateArea: z.string().optional(),
  /** The identifying variables of its sample. */
  sample: z.record(z.string(), z.string()).optional(),
});
export type UnfinishedRecord = z.output<typeof recordSchema>;

const halfWritten = ".new";

/** Keeps a file for each container that is being created or destroyed, and removes it afterwards. */
export class UnfinishedRecords {
  readonly #folder: string;
  readonly #records = new Map<number, UnfinishedRecord>();

  /** @param folder the driver's own. */
  constructor(folder: string) {
    this.#folder = join(folder, "unfinished");
  }

  /** Reads the records of an earlier daemon. Changes nothing. A missing folder means no records. */
  async load(): Promise<void> {
    const names = (await unlessErrno(readdir(this.#folder), "ENOENT")) ?? [];
    for (const name of names.filter((candidate) => /^\d+\.json$/.test(candidate))) {
      const record = recordSchema.parse(JSON.parse(await readFile(join(this.#folder, name), "utf8")));
      this.#records.set(record.id, record);
    }
  }

  /** Removes files that a dead daemon did not finish: the operation had not started. */
  async removeHalfWritten(): Promise<void> {
    const names = (await unlessErrno(readdir(this.#folder), "ENOENT")) ?? [];
    for (const name of names.filter((candidate) => candidate.endsWith(halfWritten))) {
      await rm(join(this.#folder, name), { force: true });
    }
  }

  all(): UnfinishedRecord[] {
    return [...this.#records.values()];
  }

  get(id: number): UnfinishedRecord | undefined {
    return this.#records.get(id);
  }

  /** Resolves when the record would survive a power cut. */
  async write(record: UnfinishedRecord): Promise<void> {
    // Without Node's `recursive`, which reports a full or read-only file system as a missing folder.
    await unlessErrno(mkdir(this.#folder, { mode: 0o700 }), "EEXIST");
    await replaceFile(this.#pathOf(record.id), JSON.stringify(record), 0o600);
    this.#records.set(record.id, record);
  }

  /**
   * Like `write`, but keeps the record only in memory if the file system has no room: a destroy must not wait for that.
   */
  async writeAnyway(record: UnfinishedRecord): Promise<void> {
    try {
      await this.write(record);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.#records.set(record.id, record);
    }
  }

  async remove(id: number): Promise<void> {
    if (this.#records.has(id)) {
      await rm(this.#pathOf(id), { force: true });
      this.#records.delete(id);
    }
  }

  #pathOf(id: number): string {
    return join(this.#folder, `${id}.json`);
  }
}
