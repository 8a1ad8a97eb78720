import { MccError } from "../../../protocol/error";
import type { Leased } from "./lifetime";

/** A destroy that no client asked for. */
export interface OwnAct {
  readonly method: string;
  readonly subject: Readonly<Record<string, string | number>>;
  /** `ok`, or the code of the error. */
  readonly result: string;
  readonly ms: number;
  readonly reason: string;
}

/** Tells a listener what the daemon destroys by itself: at the end of a TTL or a lease. */
export class OwnActs {
  /** Those before there is a listener. */
  #early: OwnAct[] = [];
  #listener: ((act: OwnAct) => void) | undefined;

  /** Also gets the acts that came before. */
  listen(listener: (act: OwnAct) => void): void {
    this.#listener = listener;
    this.#early.splice(0).forEach(listener);
  }

  /** Returns the same object, whose destroys are told. */
  observed(leased: Leased): Leased {
    return {
      ...leased,
      destroy: async (why) => {
        const started = performance.now();
        const tell = (result: string): void =>
          this.#tell({
            method: leased.method,
            subject: leased.subject,
            result,
            ms: Math.round(performance.now() - started),
            reason: why,
          });
        try {
          const destroyed = await leased.destroy(why);
          tell("ok");
          return destroyed;
        } catch (error) {
          tell(MccError.isInstance(error) ? error.code : "internal");
          throw error;
        }
      },
    };
  }

  #tell(act: OwnAct): void {
    if (this.#listener === undefined) {
      this.#early.push(act);
    } else {
      this.#listener(act);
    }
  }
}
