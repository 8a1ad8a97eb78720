import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { waitForSchema } from "../../protocol/readiness";
import { readJsonFile, syncFolder, writeJsonFile } from "./json-file";
import { heldLeaseSchema, ttlSchema } from "./leased";

/**
 * What the daemon keeps of an instance beside what the engine lists. `creating`, `taking` and
 * `destroying` are intents, recorded before the engine is called: a daemon that finds one at its start undoes or
 * finishes it. `failed` is one that could not be made and is kept for a look.
 */
const recordSchema = z.strictObject({
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
  createdAt: z.string(),
  sshHostKey: z.string(),
  clientToken: z.string().optional(),
  waitFor: waitForSchema,
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
});
export type InstanceRecord = z.infer<typeof recordSchema>;

/** The records of one state folder, `instances/<id>/instance.json` each. */
export class InstanceRecords {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "instances");
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** @throws MccError `invalid` for a file that someone changed by hand so that it cannot be read. */
  async all(): Promise<InstanceRecord[]> {
    const ids = (await readdir(this.#folder)).filter((name) => /^\d+$/.test(name));
    const records = await Promise.all(ids.map((id) => this.#read(id)));
    return records.filter((record) => record !== undefined).sort((one, other) => one.id - other.id);
  }

  async write(record: InstanceRecord): Promise<void> {
    const folder = this.folderOf(record.id);
    const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
    await writeJsonFile(join(folder, "instance.json"), record);
    if (isNew) {
      await syncFolder(this.#folder);
    }
  }

  async remove(id: number): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true });
    await syncFolder(this.#folder);
  }

  /** A folder without a record is what a kill between two steps left: nothing was done yet, or all is undone. */
  async #read(id: string): Promise<InstanceRecord | undefined> {
    const folder = join(this.#folder, id);
    if ((await readdir(folder)).includes("instance.json")) {
      return await readJsonFile(join(folder, "instance.json"), recordSchema);
    }
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }

  /** Where the record of an instance lies. */
  folderOf(id: number): string {
    return join(this.#folder, String(id));
  }
}
