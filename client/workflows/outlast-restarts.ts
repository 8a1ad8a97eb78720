import { MccError } from "../../protocol/error";
import { ConnectionError } from "../connection-error";
import type { Contact } from "../contact";
import type { Time } from "../time";

const defaultPatienceMs = 60_000;
const pauseMs = 500;

/** What this needs of a client. */
interface Caller {
  readonly contact: Contact;
  readonly time: Time;
}

/**
 * Makes an attempt, and makes it again for as long as the daemon is being restarted meanwhile.
 *
 * @param client makes it. What its other calls have seen counts: a daemon that answered one of them may come back,
 * and the time for that begins when the first of them lost it.
 * @param repeatable whether a second attempt takes up what a first one left, instead of doing it twice.
 * @param patienceMs how long a daemon that was lost may take to come back. Default: 60 seconds.
 * @param attempt calls `answered` when the daemon has taken on what was asked.
 * @throws what the last attempt failed with; from a daemon that never answered that is the first one.
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
      // One that dies of each attempt anew is not back.
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
