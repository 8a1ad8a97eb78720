import { lstat, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { z } from "zod";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import { fleetPlaceSchema } from "../../../../protocol/methods/instance";
import { instanceNameSchema, timeSchema, uidSchema } from "../../../../protocol/methods/values/name";
import { waitForSchema } from "../../../../protocol/methods/values/readiness";
import { NextRun } from "../../../support/concurrency/next-run";
import { namingFileSystem } from "../../../support/files/file-system-fault";
import { syncFolder, writeJsonFile } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import { accountFields } from "../../access/account";
import { heldLeaseSchema, ttlSchema } from "../../lifetimes/lifetime";
import { claimFields } from "../../ownership/claim";
import { highestId } from "../../reservations/id-sequence";
import type { DamagedFiles } from "../../state/damaged-files";

const idPattern = /^[1-9]\d{0,7}$/;
const readsAtOnce = 32;
/** Files that may be left in a folder without a record, after the daemon was killed while it removed the folder. */
const ownFiles = /^(user-data-log\.json|.*\.new)$/;

/**
 * What the daemon keeps of an instance in addition to what the engine lists. `creating`, `taking` and `destroying` are
 * intents, recorded before the engine is called: a daemon that finds one at its start undoes or finishes it. `warm` is the
 * intent of an instance that is started ahead and has no owner yet; the next daemon removes it too. `failed` is an instance
 * whose creation failed and that is kept for inspection.
 */
export const instanceRecordSchema = z.strictObject({
  phase: z.enum(["creating", "warm", "taking", "created", "failed", "destroying"]),
  id: z.int().min(1).max(highestId),
  uid: uidSchema,
  name: instanceNameSchema,
  ipAddress: z.ipv4(),
  /** Absent for an instance that was created without an IPv6 range. */
  ipv6Address: z.ipv6().optional(),
  /** It is written into hosts files. For a container that was taken over, others have chosen it. */
  hostname: z.string().regex(/^[^\s\p{Cc}]*$/u, "a host name has no blanks"),
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  /** Lines of authorized_keys that came as text, in addition to the named keys. */
  publicKeys: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()),
  /** The stack whose names it resolves: see `scopeOf`. Default: the stack in its labels. */
  scope: z.string().optional(),
  createdAt: timeSchema,
  sshHostKey: z.string(),
  ...accountFields,
  ...claimFields,
  /** The instances that it reaches: see `networkGroupOf`. Default: the local admin's that are not isolated. */
  networkGroup: z.string().optional(),
  /** Not known before the container is created, unless the client chose it. */
  waitFor: waitForSchema.optional(),
  /** Whether messages leave out what its userData and commands of waitFor print. */
  hideOutput: z.boolean().optional(),
  /** SHA-256 of the userData in hexadecimal. */
  userDataDigest: z.string().optional(),
  /** In the phase `failed`: the reason. In the phase `created`: why its last start failed. */
  failure: z.string().optional(),
  /** The member of the cluster that it is on. */
  member: z.string().optional(),
  /** Where its client wanted it: one of both. */
  placement: z.strictObject({ member: z.string().optional(), group: z.string().optional() }).optional(),
  /** Whether it is started again after a reboot of the host. */
  wanted: z.enum(["running", "stopped"]),
  ttl: ttlSchema.optional(),
  lease: heldLeaseSchema.optional(),
  /** Of a container that was taken over: its values before the daemon wrote its own. */
  before: z.strictObject({ name: z.string().optional(), description: z.string().optional() }).optional(),
  /** Of a member of a fleet. */
  fleet: fleetPlaceSchema.optional(),
});
export type InstanceRecord = z.infer<typeof instanceRecordSchema>;

/** The records of one state folder, `instances/<id>/instance.json` each. */
export class InstanceRecords {
  readonly #folder: string;
  /** Ids of those that have a file here. */
  readonly #filed = new Set<number>();
  /** One sync serves all records that came or went before it. */
  readonly #sync = new NextRun(() => syncFolder(this.#folder));

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
  ) {
    this.#folder = join(stateFolder, "instances");
  }

  /**
   * Returns all records, by id. Sets damaged ones aside.
   *
   * @param known ids of instances that may have a folder without a record: their record is in their fleet's file, or the
   * engine has their container.
   */
  async all(known: ReadonlySet<number>): Promise<InstanceRecord[]> {
    const entries = await this.damaged.makeFolder(this.#folder, 0o700);
    const ids = entries.filter((name) => idPattern.test(name)).map(Number);
    // Each open file takes a descriptor, of which there may be as few as a thousand.
    const limit = pLimit(readsAtOnce);
    const records = (await Promise.all(ids.map((id) => limit(() => this.#read(id, known))))).filter(
      (record) => record !== undefined,
    );
    records.forEach(({ id }) => this.#filed.add(id));
    return records.sort((one, other) => one.id - other.id);
  }

  /** Whether the record has a file of its own. That of a fleet's member may be in the fleet's file only. */
  hasFile(id: number): boolean {
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
      if (isNew) {
        await this.#sync.request();
      }
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
      await ensureFolder(this.#folder, 0o700);
      return await ensureFolder(folder, 0o700);
    } catch (error) {
      // Removes only an empty one.
      await rmdir(folder).catch(() => undefined);
      throw error;
    }
  }

  /** @param sync whether the removal must survive a power cut. */
  async remove(id: number, { sync }: { sync: boolean }): Promise<void> {
    await namingFileSystem(this.folderOf(id), async () => {
      await this.#removeFolder(id);
      if (sync) {
        await this.#sync.request();
      }
    });
    this.#filed.delete(id);
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
    return join(this.#folder, String(id));
  }
}
