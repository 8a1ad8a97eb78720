import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fleetPlaceSchema } from "../../protocol/instance";
import { waitForSchema } from "../../protocol/readiness";
import { namingFileSystem } from "../driver/file-system-fault";
import { claimFields } from "./claim";
import { readJsonFile, syncFolder, writeJsonFile } from "./json-file";
import { heldLeaseSchema, ttlSchema } from "./leased";
import { ensureFolder } from "./make-folder";

/**
 * What the daemon keeps of an instance beside what the engine lists. `creating`, `taking` and
 * `destroying` are intents, recorded before the engine is called: a daemon that finds one at its start undoes or
 * finishes it. `failed` is one that could not be made and is kept for a look.
 */
export const instanceRecordSchema = z.strictObject({
  phase: z.enum(["creating", "taking", "created", "failed", "destroying"]),
  id: z.int(),
  uid: z.string(),
  name: z.string(),
  ipAddress: z.string(),
  hostname: z.string(),
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  /** Lines of authorized_keys that came as text, beside the named keys. */
  publicKeys: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()),
  /** Whose names it knows: see `scopeOf`. Left out: as its labels say. */
  scope: z.string().optional(),
  createdAt: z.string(),
  sshHostKey: z.string(),
  ...claimFields,
  /** Left out: not known before the container is made. */
  waitFor: waitForSchema.optional(),
  /** Whether messages leave out what its userData and commands of waitFor print. */
  hideOutput: z.boolean().optional(),
  /** SHA-256 of the userData in hexadecimal. */
  userDataDigest: z.string().optional(),
  /** In the phase `failed`: why. */
  failure: z.string().optional(),
  /** Whether it is started again after a reboot of the host. */
  wanted: z.enum(["running", "stopped"]),
  ttl: ttlSchema.optional(),
  lease: heldLeaseSchema.optional(),
  /** Of a container that was taken over: what it had in place of our marks. */
  before: z.strictObject({ name: z.string().optional(), description: z.string().optional() }).optional(),
  /** Of a member of a fleet. */
  fleet: fleetPlaceSchema.optional(),
});
export type InstanceRecord = z.infer<typeof instanceRecordSchema>;

/**
 * The records of one state folder, `instances/<id>/instance.json` each. While the intents of a fleet's members stand
 * together in the fleet's own file, those that have no file of their own yet get none.
 */
export class InstanceRecords {
  readonly #folder: string;
  /** Ids of those that have a file here. */
  readonly #filed = new Set<number>();
  /** Ids of those that stand in the file of their fleet. */
  readonly #covered = new Set<number>();

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "instances");
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  /**
   * @param inFleets ids of those that may have a folder and no record in it, as they stand in their fleet's file.
   * @throws MccError `invalid` for a file that someone changed by hand so that it cannot be read.
   */
  async all(inFleets: ReadonlySet<number>): Promise<InstanceRecord[]> {
    const ids = (await readdir(this.#folder)).filter((name) => /^\d+$/.test(name)).map(Number);
    const records = (await Promise.all(ids.map((id) => this.#read(id, inFleets)))).filter(
      (record) => record !== undefined,
    );
    records.forEach(({ id }) => this.#filed.add(id));
    return records.sort((one, other) => one.id - other.id);
  }

  /** Writes nothing one by one for these until `uncover`: a fleet's file, written before and after, has it all. */
  cover(ids: Iterable<number>): void {
    for (const id of ids) {
      this.#covered.add(id);
    }
  }

  uncover(ids: Iterable<number>): void {
    for (const id of ids) {
      this.#covered.delete(id);
    }
  }

  async write(record: InstanceRecord): Promise<void> {
    if (this.#covered.has(record.id) && !this.#filed.has(record.id)) {
      return;
    }
    await namingFileSystem(this.folderOf(record.id), () => this.#writeFile(record));
    this.#filed.add(record.id);
  }

  async #writeFile(record: InstanceRecord): Promise<void> {
    const folder = this.folderOf(record.id);
    const isNew = await ensureFolder(folder, 0o700);
    try {
      await writeJsonFile(join(folder, "instance.json"), record);
      if (isNew) {
        await syncFolder(this.#folder);
      }
    } catch (error) {
      if (isNew) {
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      }
      throw error;
    }
  }

  async remove(id: number): Promise<void> {
    await namingFileSystem(this.folderOf(id), async () => {
      await rm(this.folderOf(id), { recursive: true, force: true });
      if (!this.#covered.delete(id) || this.#filed.has(id)) {
        await syncFolder(this.#folder);
      }
    });
    this.#filed.delete(id);
  }

  /** A folder without a record is what a kill between two steps left: nothing was done yet, or all is undone. */
  async #read(id: number, inFleets: ReadonlySet<number>): Promise<InstanceRecord | undefined> {
    const folder = this.folderOf(id);
    if ((await readdir(folder)).includes("instance.json")) {
      return await readJsonFile(join(folder, "instance.json"), instanceRecordSchema);
    }
    if (!inFleets.has(id)) {
      await rm(folder, { recursive: true, force: true });
    }
    return undefined;
  }

  /** Where the record of an instance lies. */
  folderOf(id: number): string {
    return join(this.#folder, String(id));
  }
}
