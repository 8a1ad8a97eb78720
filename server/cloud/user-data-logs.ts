import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BoundedMap } from "./bounded-map";
import type { DamagedFiles } from "./damaged-files";
import type { InstanceTarget } from "./instance-catalog";
import type { InstanceRecord } from "./instance-record";
import { writeJsonFile } from "./json-file";

/** The last of the output that is kept of each instance. */
export const keptLogBytes = 64 * 1024;

/** How many of those are remembered whose instances were undone, and their files with them. */
const remembered = 64;

const logSchema = z.strictObject({
  /** Absent for a script that did not come to an end by itself. */
  exitCode: z.int().optional(),
  /** Base64. */
  output: z.base64(),
  truncated: z.boolean(),
});
export type UserDataLog = z.infer<typeof logSchema>;

/** What the userData of instances wrote: `user-data-log.json`, beside an instance's record. */
export class UserDataLogs {
  readonly #latest = new BoundedMap<string, { readonly id: number; name: string; log: UserDataLog }>(
    remembered,
  );

  /** @param folderOf where the record of an instance lies. */
  constructor(
    private readonly folderOf: (id: number) => string,
    private readonly damaged: DamagedFiles,
  ) {}

  async write({ id, uid, name }: InstanceRecord, log: UserDataLog): Promise<void> {
    this.#latest.set(uid, { id, name, log });
    // A fleet's members have no folder before they need one.
    await mkdir(this.folderOf(id), { recursive: true, mode: 0o700 });
    await this.damaged.requireFile(this.#pathOf(id));
    await writeJsonFile(this.#pathOf(id), log);
  }

  /** A damaged one is set aside. */
  async read(id: number): Promise<UserDataLog | undefined> {
    return await this.damaged.read(this.#pathOf(id), logSchema);
  }

  /** Of an instance that is gone, the latest that the target can mean. */
  recall({ instance, uid }: InstanceTarget): UserDataLog | undefined {
    const found = [...this.#latest].findLast(
      ([ofUid, { id, name }]) => (id === instance || name === instance) && (uid ?? ofUid) === ofUid,
    );
    return found?.[1].log;
  }

  #pathOf(id: number): string {
    return join(this.folderOf(id), "user-data-log.json");
  }
}
