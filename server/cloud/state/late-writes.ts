import type { Logger } from "pino";
import { Retries } from "../../support/concurrency/retries";
import { isFileSystemFault } from "../../support/files/file-system-fault";

const longestPauseMs = 10_000;

/**
 * Files that may be written later: what they keep is in memory, and no work has to wait for them. One that the file
 * system refuses is written when it can be again.
 */
export class LateWrites {
  readonly #writes = new Map<string, () => Promise<void>>();
  readonly #retries: Retries<string>;

  constructor(private readonly log: Pick<Logger, "info" | "warn">) {
    this.#retries = new Retries(async (what) => {
      await this.#writes.get(what)?.();
      this.#writes.delete(what);
      this.log.info({ what }, "written, now that the file system takes it");
    }, longestPauseMs);
  }

  /**
   * Writes now if it can be, and otherwise later and then again.
   *
   * @param what for the log; a later write of the same replaces one that still waits.
   * @param write writes what is so when it is called.
   * @returns whether it is written.
   * @throws what it fails with for any other reason than the file system.
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

  /** For a write that failed for this reason: it is done later and then again. Parameters as of `attempt`. */
  later(what: string, reason: unknown, write: () => Promise<void>): void {
    this.log.warn({ what, err: reason }, "could not be written, and is tried again");
    this.#writes.set(what, write);
    this.#retries.retry(what);
  }

  /** Ends the tries. */
  close(): void {
    this.#retries.close();
  }
}
