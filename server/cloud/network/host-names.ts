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

/** The labels that name an instance's stack. */
const scopeLabels = [ownerKeys.organization, ownerKeys.project, ownerKeys.stack];

/**
 * Returns the name of the folder for the stack whose instances resolve each other's names. Instances outside any stack share
 * one scope.
 */
export function scopeOf(labels: Readonly<Record<string, string>>): string {
  const stack = JSON.stringify(scopeLabels.map((label) => labels[label] ?? null));
  return createHash("sha256").update(stack).digest("hex").slice(0, 16);
}

/** The part of an instance's record that names it. */
interface NamedInstance extends NamedHost {
  readonly scope?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Lets instances resolve each other's names: each scope has one file, `<state>/names/<scope>/hosts`, which its containers
 * have as /etc/hosts. The file lists an instance from its reservation until it is gone.
 */
export class HostNames {
  readonly #folder: string;
  readonly #files = new Map<string, HostsFile>();
  readonly #made = once(() => makeFolderFor(this.group, this.#folder));

  /** @param group the only group, in addition to root, that may read the files. Default: all users. */
  constructor(
    stateFolder: string,
    private readonly log: Logger,
    private readonly damaged: DamagedFiles,
    private readonly group?: number,
  ) {
    this.#folder = join(stateFolder, "names");
  }

  /** Moves away what is in the place of the folders and files. Call it at the daemon's start, before the first `set`. */
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

  /** Returns the folder with the file `hosts` for this instance. It is never replaced while an instance needs it. */
  folder(record: NamedInstance): string {
    return join(this.#folder, scopeIn(record));
  }

  /** Adds an instance, or changes its name; the file is written soon. */
  set(record: NamedInstance): void {
    this.#fileOf(record).set(record);
  }

  /** Removes an instance; the file is written soon. */
  delete(record: NamedInstance): void {
    this.#fileOf(record).delete(record.id);
  }

  /** Resolves once the file has all earlier changes. @throws the error of the write. */
  async settled(record: NamedInstance): Promise<void> {
    await this.#fileOf(record).settled();
  }

  /**
   * Writes all files, and removes those without instances. Call it at the daemon's start, after the last `set`. Where the
   * file system refuses it, it is done later; until then instances have the earlier names.
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

  /** Resolves when no write is under way. */
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

  /** Creates the folder of all scopes, with its owner and mode, whatever the umask or an earlier release set. */
  async #make(): Promise<void> {
    await this.#made();
  }
}

async function makeFolderFor(group: number | undefined, folder: string): Promise<void> {
  await ensureFolder(folder, 0o755);
  const { uid, gid, mode } = await stat(folder);
  // A correct mode is not set again, because a read-only file system refuses that too.
  if (group !== undefined && (uid !== 0 || gid !== group)) {
    await chown(folder, 0, group);
  }
  const wantedMode = group === undefined ? 0o755 : 0o710;
  if ((mode & 0o7777) !== wantedMode) {
    await chmod(folder, wantedMode);
  }
}

/** Its labels may name another stack by now; its container has the file of its first one. */
function scopeIn({ scope, labels }: NamedInstance): string {
  return scope ?? scopeOf(labels);
}
