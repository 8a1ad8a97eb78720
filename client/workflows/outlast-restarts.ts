import { MccError } from "../../protocol/error";
import { ConnectionError } from "../connection-error";
import type { Contact } from "../contact";
import type { Time } from "../time";

const defaultPatienceMs = 60_000;
const pauseMs = 500;

/** The required parts of a client. */
interface Caller {
  readonly contact: Contact;
  readonly time: Time;
}

/**
 * Makes an attempt, and repeats it while the daemon restarts.
 *
 * @param client the client of the attempt. Its other calls count too: a daemon that answered one of them can come back,
 * and its time starts when the first of them lost it.
 * @param repeatable whether a second attempt continues the first one instead of doing the work twice.
 * @param patienceMs how long to wait for a lost daemon. Default: 60 seconds.
 * @param attempt calls `answered` when the daemon has accepted the request.
 * @throws the error of the last attempt. If the daemon has never answered, there is only one attempt.
 */
export async function outlastRestarts<T>(
  { contact, time }: Caller,
  repeatable: boolean,
  patienceMs = defaultPatienceMs,
  attempt: (answered: () => void) => Promise<T>,
): Promise<T> {
  let reached = false;
  let lostSinceMs: number | undefined;
  let backSinceMs: number | undefined;
  const answered = (): void => {
    backSinceMs = time.now();
  };
  for (;;) {
    try {
      return await attempt(answered);
    } catch (error) {
      reached ||= contact.met || (ConnectionError.isInstance(error) && error.reached);
      // A daemon that ends again at each attempt has not come back.
      if (backSinceMs !== undefined && time.now() - backSinceMs >= patienceMs) {
        lostSinceMs = undefined;
      }
      backSinceMs = undefined;
      lostSinceMs = Math.min(lostSinceMs ?? time.now(), contact.lostSinceMs ?? Number.POSITIVE_INFINITY);
      const mayComeBack =
        reached && MccError.hasCode(error, "unavailable") && time.now() - lostSinceMs < patienceMs;
      if (!mayComeBack || !repeatable) {
        throw error;
      }
      await time.pause(pauseMs);
    }
  }
}
