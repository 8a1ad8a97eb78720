import { createHash } from "node:crypto";
import { chmod, chown, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { unlessErrno } from "../../../protocol/errno";
import { ownerKeys } from "../../../protocol/methods/owner";
import { once } from "../../support/concurrency/once";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import { ensureFolder } from "../../support/files/make-folder";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import { HostsFile, type NamedHost } from "./hosts-file";

/** The labels that say which stack an instance is of. */
const scopeLabels = [ownerKeys.organization, ownerKeys.project, ownerKeys.stack];

/**
 * The stack whose instances know each other by name, as a folder's name. Instances without a stack have one scope
 * together.
 */
export function scopeOf(labels: Readonly<Record<string, string>>): string {
  const stack = JSON.stringify(scopeLabels.map((label) => labels[label] ?? null));
  return createHash("sha256").update(stack).digest("hex").slice(0, 16);
}

/** An instance, as far as its name goes. */
interface NamedInstance extends NamedHost {
  readonly scope?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Lets instances find each other by name: one file for all of a scope, `<state>/names/<scope>/hosts`, which their
 * containers show as /etc/hosts. It has an instance from its reservation until it is gone.
 */
export class HostNames {
  readonly #folder: string;
  readonly #files = new Map<string, HostsFile>();
  readonly #made = once(() => makeFolderFor(this.group, this.#folder));

  /** @param group who alone, with root, may get to the files. Default: everyone. */
  constructor(
    stateFolder: string,
    private readonly log: Logger,
    private readonly damaged: DamagedFiles,
    private readonly group?: number,
  ) {
    this.#folder = join(stateFolder, "names");
  }

  /** Moves away what is in the place of the folders and files. For the daemon's start, before anything is noted. */
  async clear(): Promise<void> {
    if (!(await this.damaged.requireFolder(this.#folder))) {
      return;
    }
    for (const scope of await this.damaged.makeFolder(this.#folder, 0o710)) {
      if (await this.damaged.requireFolder(join(this.#folder, scope))) {
        await this.damaged.requireFile(join(this.#folder, scope, "hosts"));
      }
    }
  }

  /** The folder that has the file `hosts` for this instance. Never replaced as long as an instance needs it. */
  folder(record: NamedInstance): string {
    return join(this.#folder, scopeIn(record));
  }

  /** Takes note of an instance, or of its new name; the file follows soon. */
  set(record: NamedInstance): void {
    this.#fileOf(record).set(record);
  }

  /** Forgets an instance; the file follows soon. */
  delete(record: NamedInstance): void {
    this.#fileOf(record).delete(record.id);
  }

  /** Resolves once the file has all that was noted before. @throws the error with which it could not be written. */
  async settled(record: NamedInstance): Promise<void> {
    await this.#fileOf(record).settled();
  }

  /**
   * For the daemon's start, once its instances are noted: writes all files and removes those of nobody. What the file
   * system refuses is done later; until then instances see the names as they were.
   */
  async open(lateWrites: Pick<LateWrites, "attempt" | "later">): Promise<void> {
    for (const [scope, file] of this.#files) {
      await file.settled().catch((error: unknown) => {
        if (!isFileSystemFault(error)) {
          throw error;
        }
        lateWrites.later(`the names of ${scope}`, error, () => file.rewrite());
      });
    }
    await lateWrites.attempt("the names without instances", () => this.#removeUnused());
  }

  async #removeUnused(): Promise<void> {
    const there = (await unlessErrno(readdir(this.#folder), "ENOENT")) ?? [];
    const unused = there.filter((scope) => !this.#files.has(scope));
    await Promise.all(unused.map((scope) => rm(join(this.#folder, scope), { recursive: true, force: true })));
  }

  /** Resolves once nothing is written any more. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#files.values()].map((file) => file.settled()));
  }

  #fileOf(record: NamedInstance): HostsFile {
    const scope = scopeIn(record);
    const file =
      this.#files.get(scope) ?? new HostsFile(join(this.#folder, scope), () => this.#make(), this.log);
    this.#files.set(scope, file);
    return file;
  }

  /** The folder of all scopes, with its owner and mode, whatever the umask is, and whatever an earlier release gave it. */
  async #make(): Promise<void> {
    await this.#made();
  }
}

async function makeFolderFor(group: number | undefined, folder: string): Promise<void> {
  await ensureFolder(folder, 0o755);
  const { uid, gid, mode } = await stat(folder);
  // Nothing is changed that is in order, as a read-only file system refuses that too.
  if (group !== undefined && (uid !== 0 || gid !== group)) {
    await chown(folder, 0, group);
  }
  const wantedMode = group === undefined ? 0o755 : 0o710;
  if ((mode & 0o7777) !== wantedMode) {
    await chmod(folder, wantedMode);
  }
}

/** Its labels may say another one by now; its container shows the file of the one that it began with. */
function scopeIn({ scope, labels }: NamedInstance): string {
  return scope ?? scopeOf(labels);
}
