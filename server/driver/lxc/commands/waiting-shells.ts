import type { ExecRequest } from "../../driver";
import type { ContainerPlace } from "../place";
import { isSendable } from "./attach";
import type { WaitingShell } from "./waiting-shell";

/** More of them are not started: each is a process on the host and one in its container. */
const mostShells = 128;

interface Entry {
  readonly shell: Promise<Pick<WaitingShell, "run" | "close" | "ended"> | undefined>;
  /** Ends the start. */
  readonly abort: AbortController;
  timer?: NodeJS.Timeout;
}

/** What this class needs of a shell. */
type Shell = NonNullable<Awaited<Entry["shell"]>>;

/**
 * The shells that wait for the next command of a container, at most one in each: a command in a shell that waits takes a
 * fraction of the time of a new process of lxc-attach.
 */
export class WaitingShells {
  readonly #entries = new Map<number, Entry>();
  /** By container: when a command has ended, in the order of these times. */
  readonly #lastUses = new Map<number, number>();
  readonly #closing = new Set<Promise<void>>();

  /**
   * @param startShell resolves when the shell waits.
   * @param idleMs how long a shell waits after a command, and how soon a command has to follow another to get one.
   */
  constructor(
    private readonly startShell: (container: ContainerPlace, signal: AbortSignal) => Promise<Shell>,
    private readonly idleMs: number,
    private readonly most = mostShells,
  ) {}

  /** Starts one that waits until it is taken, or until `expireSoon`. Resolves when it waits, or could not be started. */
  async prepare(container: ContainerPlace): Promise<void> {
    await this.#start(container)?.shell;
  }

  /** From now on, the container's shell waits for a limited time. */
  expireSoon(id: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      clearTimeout(entry.timer);
      entry.timer = setTimeout(() => this.drop(id), this.idleMs).unref();
    }
  }

  /** Returns the container's shell for this command, if it has one. The caller runs the command in it. */
  async take(id: number, { command, signal }: ExecRequest): Promise<Pick<Shell, "run"> | undefined> {
    const entry = isSendable(command) ? this.#entries.get(id) : undefined;
    if (entry === undefined || signal?.aborted === true) {
      return undefined;
    }
    this.#remove(id, entry);
    return await entry.shell;
  }

  /**
   * Call it when a command has ended. If commands follow each other, the next one gets a shell.
   *
   * @param taken whether this one had a shell.
   */
  used(container: ContainerPlace, taken: boolean): void {
    const { id } = container;
    const now = performance.now();
    const last = this.#lastUses.get(id) ?? Number.NEGATIVE_INFINITY;
    for (const [other, atMs] of this.#lastUses) {
      if (now - atMs < this.idleMs && other !== id) {
        break;
      }
      this.#lastUses.delete(other);
    }
    this.#lastUses.set(id, now);
    if (taken || now - last < this.idleMs) {
      this.#start(container);
      this.expireSoon(id);
    }
  }

  /** Ends the container's shell. */
  drop(id: number): void {
    this.#lastUses.delete(id);
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      this.#remove(id, entry);
      entry.abort.abort();
      const closing = entry.shell
        .then((shell) => shell?.close())
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }

  /** Ends all, and resolves when they have ended. */
  async close(): Promise<void> {
    [...this.#entries.keys()].forEach((id) => this.drop(id));
    await Promise.all(this.#closing);
  }

  #start(container: ContainerPlace): Entry | undefined {
    const { id } = container;
    const before = this.#entries.get(id);
    if (before !== undefined || this.#entries.size >= this.most) {
      return before;
    }
    const abort = new AbortController();
    // A command without one starts its own process, which reports what is wrong.
    const shell = this.startShell(container, abort.signal).catch(() => undefined);
    const entry: Entry = { shell, abort };
    this.#entries.set(id, entry);
    void shell.then(async (started) => {
      await started?.ended;
      this.#remove(id, entry);
    });
    return entry;
  }

  #remove(id: number, entry: Entry): void {
    clearTimeout(entry.timer);
    if (this.#entries.get(id) === entry) {
      this.#entries.delete(id);
    }
  }
}
