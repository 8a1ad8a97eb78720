import type { Logger } from "pino";
import type { LimitedDriver } from "../limited-driver";

/** How often it looks. The driver answers from what it knows, so a look costs little. */
const lookEveryMs = 5000;

/** Looks at all instances from time to time, so that the loss of a member is noticed while no client asks. */
export class MemberWatch {
  readonly #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  /** @param look asks the engine for all instances. Is not called for an engine without members. */
  constructor({ capabilities }: Pick<LimitedDriver, "capabilities">, look: () => Promise<void>, log: Logger) {
    if (capabilities.placement) {
      let isLooking = false;
      this.#timer = setInterval(() => {
        if (!isLooking) {
          isLooking = true;
          this.#looking = look()
            .catch((error: unknown) => log.debug({ err: error }, "the engine does not tell its instances"))
            .finally(() => {
              isLooking = false;
            });
        }
      }, lookEveryMs).unref();
    }
  }

  /** Resolves when the look under way has ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}
