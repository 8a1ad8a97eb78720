import { join } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import { BoundedMap } from "../../../support/bounded-map";
import { isFileSystemFault } from "../../../support/files/file-system-fault";
import { writeJsonFile } from "../../../support/files/json-file";
import { ensureFolder } from "../../../support/files/make-folder";
import type { Accounted } from "../../access/account";
import type { Caller } from "../../access/caller";
import { isOpenTo } from "../../access/rights";
import type { DamagedFiles } from "../../state/damaged-files";
import type { InstanceTarget } from "../catalog";
import type { InstanceRecord } from "../records/record";

/** How much of the output is kept of each instance: its end. */
export const keptLogBytes = 64 * 1024;

/** How many logs are remembered of instances that were undone, and whose files are gone. */
const remembered = 64;

const logSchema = z.strictObject({
  /** Absent for a script that did not end by itself. */
  exitCode: z.int().optional(),
  /** Base64. */
  output: z.base64(),
  truncated: z.boolean(),
});
export type UserDataLog = z.infer<typeof logSchema>;

interface Remembered extends Accounted {
  readonly id: number;
  readonly name: string;
  readonly log: UserDataLog;
}

/** The output of instances' userData: `user-data-log.json`, next to an instance's record. */
export class UserDataLogs {
  readonly #latest = new BoundedMap<string, Remembered>(remembered);

  /** @param folderOf returns the folder with the record of an instance. */
  constructor(
    private readonly folderOf: (id: number) => string,
    private readonly damaged: DamagedFiles,
    private readonly log: Pick<Logger, "warn">,
  ) {}

  /** Writes a log. One that the file system refuses stays in memory, and the instance does not fail. */
  async write({ id, uid, name, account }: InstanceRecord, log: UserDataLog): Promise<void> {
    this.#latest.set(uid, { id, name, account, log });
    try {
      // A fleet's member may have no folder yet.
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

  /** Reads a log. Sets a damaged one aside. */
  async read({ id, uid }: Pick<InstanceRecord, "id" | "uid">): Promise<UserDataLog | undefined> {
    const kept = await this.damaged.read(this.#pathOf(id), logSchema);
    return kept ?? this.#latest.get(uid)?.log;
  }

  /** Returns the latest log of an instance that is gone, that the target can mean, and that the caller may see. */
  recall(caller: Caller, { instance, uid }: InstanceTarget): UserDataLog | undefined {
    const found = [...this.#latest].findLast(
      ([ofUid, kept]) =>
        (kept.id === instance || kept.name === instance) &&
        (uid ?? ofUid) === ofUid &&
        isOpenTo(caller, kept),
    );
    return found?.[1].log;
  }

  #pathOf(id: number): string {
    return join(this.folderOf(id), "user-data-log.json");
  }
}
