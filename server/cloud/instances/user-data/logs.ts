import { join } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import { BoundedMap } from "../../../support/bounded-map";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import { writeJsonFile } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import type { DamagedFiles } from "../../state/damaged-files";
import type { InstanceTarget } from "../catalog";
import type { InstanceRecord } from "../record";

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
    private readonly log: Pick<Logger, "warn">,
  ) {}

  /** A log that the file system refuses stays in memory: it is no reason for the instance to fail. */
  async write({ id, uid, name }: InstanceRecord, log: UserDataLog): Promise<void> {
    this.#latest.set(uid, { id, name, log });
    try {
      // A fleet's members have no folder before they need one.
      await ensureFolder(this.folderOf(id), 0o700);
      await this.damaged.requireFile(this.#pathOf(id));
      await writeJsonFile(this.#pathOf(id), log);
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.log.warn({ instance: id, err: error }, "the userData log is kept in memory only");
    }
  }

  /** A damaged one is set aside. */
  async read({ id, uid }: Pick<InstanceRecord, "id" | "uid">): Promise<UserDataLog | undefined> {
    const kept = await this.damaged.read(this.#pathOf(id), logSchema);
    return kept ?? this.#latest.get(uid)?.log;
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
