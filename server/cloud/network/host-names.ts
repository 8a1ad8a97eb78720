import { createHash } from "node:crypto";
import { chmod, chown, readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { adminAccount } from "../../../protocol/methods/access-token";
import { ownerKeys } from "../../../protocol/methods/values/owner";
import type { Driver } from "../../driver/driver";
import { once } from "../../support/concurrency/once";
import { isFileSystemFault } from "../../support/files/file-system-fault";
import { ensureFolder } from "../../support/files/make-folder";
import { within } from "../../support/time-limits";
import type { DamagedFiles } from "../state/damaged-files";
import type { LateWrites } from "../state/late-writes";
import type { NamedHost } from "./hosts-lines";
import { SharedHostsFile } from "./shared-hosts-file";
import { StackNames } from "./stack-names";

/** The labels that name an instance's stack. */
const scopeLabels = [ownerKeys.organization, ownerKeys.project, ownerKeys.stack];

/**
 * Returns the key of the stack whose instances resolve each other's names. Instances of one account outside any stack share
 * one. Stacks of two accounts never do, whatever their labels are.
 *
 * @param account default: the local admin's, whose keys are those of releases without accounts.
 */
export function scopeOf(labels: Readonly<Record<string, string>>, account = adminAccount): string {
  const names = scopeLabels.map((label) => labels[label] ?? null);
  const stack = JSON.stringify(account === adminAccount ? names : [...names, account]);
  return createHash("sha256").update(stack).digest("hex").slice(0, 16);
}

/** The part of an instance's record that names it. */
interface NamedInstance extends NamedHost {
  readonly scope?: string | undefined;
  readonly account?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Only of one whose container was taken over. */
  readonly before?: object | undefined;
}

/** The part of the driver that changes the names in a container. */
export interface Naming {
  readonly setHosts: NonNullable<Driver["setHosts"]>;
  readonly addHosts?: Driver["addHosts"] | undefined;
  /** The only group, in addition to root, that may read shared files. Default: all users. */
  readonly guestGroup?: number | undefined;
}

/** Each write is a few small system calls. More at a time would only delay other work. */
const writesAtOnce = 8;
/** How long a write holds up others. One that waits for a program in a frozen instance goes on for seconds. */
const patienceMs = 250;

/**
 * Lets instances of a stack resolve each other's names: the hosts file of each has a block with the names of all. An
 * instance is in it from its reservation until it is gone.
 *
 * Containers of release 0.1.0 share one file for each stack, `<state>/names/<scope>/hosts`. It is written as long as the
 * stack has instances, because they have it until their next start.
 */
export class HostNames {
  readonly #folder: string;
  readonly #stacks = new Map<string, StackNames>();
  readonly #shared = new Map<string, SharedHostsFile>();
  readonly #limit = pLimit(writesAtOnce);
  /** Writes that go on after that time. Each is tried again with the latest names after its end. */
  readonly #late = new Map<number, Promise<boolean>>();
  /**
   * Instances whose hosts file stays as it is, although the others know their names: that of a container that was taken over is
   * its owner's, and one that is being destroyed needs none.
   */
  readonly #untouched = new Set<number>();
  /** Instances whose last write failed. Each failure is logged once. */
  readonly #failed = new Set<number>();
  readonly #made = once(() => makeFolderFor(this.naming.guestGroup, this.#folder));

  constructor(
    stateFolder: string,
    private readonly log: Logger,
    private readonly damaged: DamagedFiles,
    private readonly naming: Naming,
  ) {
    this.#folder = join(stateFolder, "names");
  }

  /**
   * Finds the shared files, and moves away what is in their place. Call it at the daemon's start, before the first `set`.
   */
  async clear(): Promise<void> {
    if (!(await this.damaged.requireFolder(this.#folder))) {
      return;
    }
    for (const scope of await this.damaged.makeFolder(this.#folder, 0o710)) {
      const folder = join(this.#folder, scope);
      if (await this.damaged.requireFolder(folder)) {
        await this.damaged.requireFile(join(folder, "hosts"));
        this.#shared.set(scope, new SharedHostsFile(folder, () => this.#makeFolder(), this.log));
      }
    }
  }

  /** Adds an instance, or changes its name. It reaches the other instances soon. */
  set(record: NamedInstance): void {
    if (record.before !== undefined) {
      this.#untouched.add(record.id);
    }
    this.#stackOf(record).set(record);
    this.#shared.get(scopeIn(record))?.set(record);
  }

  /**
   * From now on, the instance gets no more names, because it is being destroyed. Otherwise the end of a large stack would
   * be spent on the hosts files of instances that are about to end. Nothing happens for one that is deleted already.
   */
  leaves(record: NamedInstance): void {
    if (this.#stacks.get(scopeIn(record))?.has(record.id) === true) {
      this.#untouched.add(record.id);
    }
  }

  /** Removes an instance. The other instances lose its name soon. */
  delete(record: NamedInstance): void {
    const scope = scopeIn(record);
    const stack = this.#stacks.get(scope);
    this.#failed.delete(record.id);
    this.#untouched.delete(record.id);
    stack?.delete(record.id);
    this.#shared.get(scope)?.delete(record.id);
    if (stack?.isEmpty === true) {
      this.#stacks.delete(scope);
      void stack.close();
    }
  }

  /** Returns the lines for the hosts file of a new container. Call it when they are written, and then `made`. */
  linesFor(record: NamedInstance): readonly string[] {
    return this.#stacks.get(scopeIn(record))?.linesFor(record.id) ?? [];
  }

  /** Its container starts: the time to write what is quickly written. */
  starting(record: NamedInstance): void {
    this.#stacks.get(scopeIn(record))?.starting();
  }

  /** From now on, the instance has a container whose names are kept up to date. */
  made(record: NamedInstance): void {
    this.#stacks.get(scopeIn(record))?.made(record.id);
  }

  /**
   * Resolves when the instances of the stack have all earlier changes, except for those whose write fails.
   *
   * @param isUrgent whether they are written without a pause. Default: no.
   */
  async settled(record: NamedInstance, isUrgent = false): Promise<void> {
    await Promise.all([
      this.#stacks.get(scopeIn(record))?.settled(isUrgent),
      this.#shared
        .get(scopeIn(record))
        ?.settled()
        .catch(() => undefined),
    ]);
  }

  /**
   * Writes the names of all instances, and removes shared files without instances. Call it at the daemon's start, after the
   * last `set`. Where the file system refuses it, it is done later; until then instances have the earlier names.
   */
  async open(lateWrites: Pick<LateWrites, "attempt" | "later">): Promise<void> {
    this.#stacks.forEach((stack) => stack.allMade());
    await Promise.all([...this.#stacks.values()].map((stack) => stack.settled()));
    for (const [scope, file] of this.#shared) {
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
    const there = (await unlessErrno(readdir(this.#folder), "ENOENT", "ENOTDIR")) ?? [];
    const unused = there.filter((scope) => !this.#stacks.has(scope));
    await Promise.all(unused.map((scope) => rm(join(this.#folder, scope), { recursive: true, force: true })));
    unused.forEach((scope) => this.#shared.delete(scope));
    await unlessErrno(rmdir(this.#folder), "ENOENT", "ENOTEMPTY", "ENOTDIR");
  }

  /** Resolves when no write is active. */
  async close(): Promise<void> {
    await Promise.allSettled([
      ...[...this.#stacks.values()].map((stack) => stack.close()),
      ...[...this.#shared.values()].map((file) => file.settled()),
    ]);
    await Promise.all(this.#late.values());
  }

  #stackOf(record: NamedInstance): StackNames {
    const scope = scopeIn(record);
    const stack = this.#stacks.get(scope) ?? this.#newStack();
    this.#stacks.set(scope, stack);
    return stack;
  }

  #newStack(): StackNames {
    const { addHosts } = this.naming;
    return new StackNames(
      (id, lines) => this.#write(id, lines),
      undefined,
      addHosts && ((ids, lines) => this.#add(addHosts, ids, lines)),
    );
  }

  async #add(
    addHosts: NonNullable<Driver["addHosts"]>,
    ids: readonly number[],
    lines: readonly string[],
  ): Promise<ReadonlySet<number>> {
    try {
      return await addHosts(
        ids.filter((id) => !this.#untouched.has(id) && !this.#late.has(id)),
        lines,
      );
    } catch (error) {
      this.log.debug({ err: error }, "the names of new instances could not be added to the files of others");
      return new Set();
    }
  }

  /** @returns false also for a write that takes long, or follows such a one. */
  async #write(id: number, lines: readonly string[]): Promise<boolean> {
    return await this.#limit(async () => {
      if (this.#untouched.has(id)) {
        return true;
      }
      if (this.#late.has(id)) {
        return false;
      }
      const writing = this.#writeOne(id, lines);
      const inTime = await within(patienceMs, writing);
      if (inTime === undefined) {
        this.#late.set(
          id,
          writing.finally(() => this.#late.delete(id)),
        );
      }
      return inTime?.value ?? false;
    });
  }

  async #writeOne(id: number, lines: readonly string[]): Promise<boolean> {
    try {
      await this.naming.setHosts(id, lines);
    } catch (error) {
      if (MccError.hasCode(error, "not-found") || this.#untouched.has(id)) {
        return true;
      }
      if (!this.#failed.has(id)) {
        this.#failed.add(id);
        this.log.warn({ instance: id, err: error }, "the names in an instance could not be written");
      }
      return false;
    }
    this.#failed.delete(id);
    return true;
  }

  /** Creates the folder of all shared files, with its owner and mode, whatever the umask or an earlier release set. */
  async #makeFolder(): Promise<void> {
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

/** Its labels may name another stack by now; it resolves the names of its first one. */
function scopeIn({ scope, labels, account }: NamedInstance): string {
  return scope ?? scopeOf(labels, account);
}
