import type { Logger } from "pino";

/** How long no record may change before the latest ones get files of their own. Many an instance is gone by then. */
const quietMs = 5_000;
/** How much longer the journal may become before the records settle without such a pause: some thousand creates. */
const longJournalBytes = 4 * 1024 * 1024;

interface JournaledRecords {
  settle(): Promise<void>;
  /** The length of the journal. */
  bytes(): number;
}

/** Decides when records get files of their own. */
export class SettlementTimes {
  #quiet: NodeJS.Timeout | undefined;
  /** The length of the journal from which on no pause is waited for. */
  #longBytes = longJournalBytes;
  /** The end of the last settlement. */
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    private readonly records: JournaledRecords,
    private readonly log: Pick<Logger, "debug">,
  ) {}

  /** Call it after each change, also after one that failed and left something to settle. */
  noteChange(): void {
    if (this.#isStopped) {
      return;
    }
    if (this.records.bytes() > this.#longBytes) {
      this.#settle();
    }
    if (this.#quiet === undefined) {
      this.#quiet = setTimeout(() => {
        this.#quiet = undefined;
        this.#settle();
      }, quietMs).unref();
    } else {
      this.#quiet.refresh();
    }
  }

  /** Ends the timer, and waits for the settlement that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#quiet);
    await this.#last;
  }

  #settle(): void {
    this.#longBytes = Number.POSITIVE_INFINITY;
    this.#last = this.#settleNow();
  }

  async #settleNow(): Promise<void> {
    try {
      await this.records.settle();
    } catch (error) {
      this.log.debug({ err: error }, "records stay in the journal");
      this.noteChange();
    } finally {
      // Records that cannot be settled must not be tried again with each change.
      this.#longBytes = this.records.bytes() + longJournalBytes;
    }
  }
}
