import type { Logger } from "pino";
import { messageOf } from "../../../protocol/error";

/** All instances that start within this time use one look at the host's file. */
const freshMs = 1000;

/** Returns the name servers that the host has now, for instances that are about to start. */
export class NameServers {
  #last: Promise<readonly string[]> | undefined;
  #lookedAtMs = -Infinity;
  /** What the log has last said. */
  #said: string | undefined;

  /** @param look finds the host's name servers. */
  constructor(
    private readonly log: Pick<Logger, "info" | "warn">,
    private readonly look: () => Promise<readonly string[]>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Never fails: if the host's file cannot be read, the earlier name servers stay in use. */
  async current(): Promise<readonly string[]> {
    if (this.#last === undefined || this.now() - this.#lookedAtMs >= freshMs) {
      this.#lookedAtMs = this.now();
      this.#last = this.#lookAgain(this.#last);
    }
    return await this.#last;
  }

  async #lookAgain(earlier: Promise<readonly string[]> | undefined): Promise<readonly string[]> {
    let found: readonly string[];
    try {
      found = await this.look();
    } catch (error) {
      const text = `the host's name servers could not be read; new instances get the earlier ones: ${messageOf(error)}`;
      this.#say("warn", text, { err: error });
      return (await earlier) ?? [];
    }
    if (found.length === 0) {
      this.#say("warn", "this host has no name server that instances could reach; they get none");
    } else {
      this.#say("info", `new and restarted instances get the name servers ${found.join(", ")}`);
    }
    return found;
  }

  /** Logs a text only once in succession. */
  #say(level: "info" | "warn", text: string, fields: object = {}): void {
    if (this.#said !== text) {
      this.#said = text;
      this.log[level](fields, text);
    }
  }
}
