import type { Logger } from "pino";

/** So many instances may be made at once that one look serves all of a moment. */
const freshMs = 1000;

/** The name servers of the host as they are now, for instances that are about to start. */
export class NameServers {
  #last: Promise<readonly string[]> = Promise.resolve([]);
  #lookedAtMs = -Infinity;
  #told: string | undefined;

  /** @param look finds the host's name servers. */
  constructor(
    private readonly log: Pick<Logger, "info" | "warn">,
    private readonly look: () => Promise<readonly string[]>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws the error with which the host's file could not be read. */
  async current(): Promise<readonly string[]> {
    if (this.now() - this.#lookedAtMs >= freshMs) {
      this.#lookedAtMs = this.now();
      this.#last = this.#lookAgain();
      this.#last.catch(() => {
        this.#lookedAtMs = -Infinity;
      });
    }
    return await this.#last;
  }

  async #lookAgain(): Promise<readonly string[]> {
    const found = await this.look();
    const text = found.join(", ");
    if (this.#told !== text && found.length === 0) {
      this.log.warn({}, "this host has no name server that instances could reach; they get none");
    } else if (this.#told !== undefined && this.#told !== text) {
      this.log.info({}, `new and restarted instances get the host's name servers ${text}`);
    }
    this.#told = text;
    return found;
  }
}
