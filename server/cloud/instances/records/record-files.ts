import { existsSync } from "node:fs";
import { lstat, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import { NextRun } from "../../../support/concurrency/next-run";
import { namingFileSystem } from "../../../support/files/file-system-fault";
import { writeJsonFile } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import { syncFolder } from "../../../support/files/sync";
import type { DamagedFiles } from "../../state/damaged-files";
import { type InstanceRecord, instanceRecordSchema } from "./record";

const idPattern = /^[1-9]\d{0,7}$/;
const readsAtOnce = 32;
/** Files that may be left in a folder without a record, after the daemon was killed while it removed the folder. */
const ownFiles = /^(user-data-log\.json|.*\.new)$/;

/** The records in files of their own, `<id>/instance.json` in the folder of instances. */
export class RecordFiles {
  /** Ids of those that have a file here. */
  readonly #filed = new Set<number>();
  /** One sync serves all records that came or went before it. */
  readonly #sync = new NextRun(() => syncFolder(this.folder));

  constructor(
    private readonly folder: string,
    private readonly damaged: DamagedFiles,
  ) {}

  /**
   * Returns all records, by id. Sets damaged ones aside.
   *
   * @param known ids of instances that may have a folder without a record: their record is elsewhere, or the engine has
   * their container.
   */
  async all(known: ReadonlySet<number>): Promise<InstanceRecord[]> {
    const entries = await this.damaged.makeFolder(this.folder, 0o700);
    const ids = entries.filter((name) => idPattern.test(name)).map(Number);
    // Each open file takes a descriptor, of which there may be as few as a thousand.
    const limit = pLimit(readsAtOnce);
    const records = (await Promise.all(ids.map((id) => limit(() => this.#read(id, known))))).filter(
      (record) => record !== undefined,
    );
    records.forEach(({ id }) => this.#filed.add(id));
    return records.sort((one, other) => one.id - other.id);
  }

  has(id: number): boolean {
    return this.#filed.has(id);
  }

  async write(record: InstanceRecord): Promise<void> {
    await namingFileSystem(this.folderOf(record.id), () => this.#writeFile(record));
    this.#filed.add(record.id);
  }

  async #writeFile(record: InstanceRecord): Promise<void> {
    const folder = this.folderOf(record.id);
    if (this.#filed.has(record.id) && (await this.#wasRewritten(record))) {
      return;
    }
    const isNew = await this.#ensureFolderOf(folder);
    try {
      await writeJsonFile(this.pathOf(record.id), record);
      // Also for a folder that a log has made, which nothing has synced.
      await this.#sync.request();
    } catch (error) {
      if (isNew) {
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      }
      throw error;
    }
  }

  /** @returns false if its folder is gone. */
  async #wasRewritten(record: InstanceRecord): Promise<boolean> {
    try {
      await writeJsonFile(this.pathOf(record.id), record);
      return true;
    } catch (error) {
      if (hasErrno(error, "ENOENT")) {
        return false;
      }
      throw error;
    }
  }

  /** A file system can report a failure for a folder that it has created. */
  async #ensureFolderOf(folder: string): Promise<boolean> {
    try {
      const isNew = await unlessErrno(ensureFolder(folder, 0o700), "ENOENT");
      if (isNew !== undefined) {
        return isNew;
      }
      // The file system had refused to create it at the start. Another record can create it at the same time.
      await ensureFolder(this.folder, 0o700);
      return await ensureFolder(folder, 0o700);
    } catch (error) {
      // Removes only an empty one.
      await rmdir(folder).catch(() => undefined);
      throw error;
    }
  }

  /** Removes the folder of a record, with all that is in it. @param sync whether the removal must survive a power cut. */
  async remove(id: number, { sync }: { sync: boolean }): Promise<void> {
    // A log can have made the folder of a record that is elsewhere.
    if (!this.#filed.has(id) && !existsSync(this.folderOf(id))) {
      return;
    }
    await namingFileSystem(this.folderOf(id), async () => {
      await this.#removeFolder(id);
      if (sync) {
        await this.#sync.request();
      }
    });
    this.#filed.delete(id);
  }

  /** Ensures that a removal survives a power cut of which an earlier try failed, or was cut off. A log stays. */
  async finishRemoval(id: number): Promise<void> {
    if (this.#filed.has(id)) {
      await this.remove(id, { sync: true });
    } else {
      await this.#sync.request();
    }
  }

  /** Most folders have nothing but the record: two calls are a third of what a removal of any tree takes. */
  async #removeFolder(id: number): Promise<void> {
    try {
      await unlink(this.pathOf(id));
      await rmdir(this.folderOf(id));
    } catch {
      await rm(this.folderOf(id), { recursive: true, force: true });
    }
  }

  /** A folder without a record is left by a kill between two steps: nothing was done yet, or everything is undone. */
  async #read(id: number, known: ReadonlySet<number>): Promise<InstanceRecord | undefined> {
    const folder = this.folderOf(id);
    if (!(await this.damaged.requireFolder(folder))) {
      return undefined;
    }
    const path = this.pathOf(id);
    const isThere = (await unlessErrno(lstat(path), "ENOENT")) !== undefined;
    const record = await this.damaged.read(path, instanceRecordSchema, {
      check: (found) => (found.id === id ? undefined : `it is the record of instance ${found.id}`),
    });
    if (!isThere && !known.has(id)) {
      await this.#removeEmpty(folder);
    }
    return record;
  }

  async #removeEmpty(folder: string): Promise<void> {
    try {
      const stranger = (await readdir(folder)).find((name) => !ownFiles.test(name));
      if (stranger === undefined) {
        await rm(folder, { recursive: true, force: true });
      } else {
        await this.damaged.setAside(folder, `it has no record in it, but ${stranger}`);
      }
    } catch (error) {
      await this.damaged.setAside(
        folder,
        `it has no record in it, and cannot be removed: ${messageOf(error)}`,
      );
    }
  }

  /** Moves away the file of a record that belongs to another instance. @returns false if there is none. */
  async setAside(id: number, reason: string): Promise<boolean> {
    if (!this.#filed.delete(id)) {
      return false;
    }
    await this.damaged.setAside(this.pathOf(id), reason);
    return true;
  }

  pathOf(id: number): string {
    return join(this.folderOf(id), "instance.json");
  }

  /** Returns the folder of an instance's record. */
  folderOf(id: number): string {
    return join(this.folder, String(id));
  }
}
