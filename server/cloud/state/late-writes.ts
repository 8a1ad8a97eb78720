import type { Logger } from "pino";
import { Retries } from "../../support/concurrency/retries";
import { isFileSystemFault } from "../../support/files/file-system-fault";

const longestPauseMs = 10_000;

/**
 * Files that may be written later: their content is in memory, and no work must wait for them. One that the file system
 * refuses is written when that becomes possible.
 */
export class LateWrites {
  readonly #writes = new Map<string, () => Promise<void>>();
  readonly #retries: Retries<string>;

  constructor(private readonly log: Pick<Logger, "info" | "warn">) {
    this.#retries = new Retries(async (what) => {
      await this.#writes.get(what)?.();
      this.#writes.delete(what);
      this.log.info({ what }, "written, after the file system refused it");
    }, longestPauseMs);
  }

  /**
   * Writes now if possible, and otherwise later, repeatedly.
   *
   * @param what for the log; a later write of the same name replaces one that still waits.
   * @param write writes the state at the time of its call.
   * @returns whether it is written.
   * @throws the error of a write that fails for any other reason than the file system.
   */
  async attempt(what: string, write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
    } catch (error) {
      if (!isFileSystemFault(error)) {
        throw error;
      }
      this.later(what, error, write);
      return false;
    }
    this.#writes.delete(what);
    return true;
  }

  /** Repeats a write later that failed for this reason. Parameters as of `attempt`. */
  later(what: string, reason: unknown, write: () => Promise<void>): void {
    this.log.warn({ what, err: reason }, "could not be written; it is tried again");
    this.#writes.set(what, write);
    this.#retries.retry(what);
  }

  /** Ends the repeats. */
  close(): void {
    this.#retries.close();
  }
}
