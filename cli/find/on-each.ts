import pLimit from "p-limit";
import { ConnectionError } from "../../client/connection-error";
import { messageOf } from "../../protocol/error";

/** Calls that go to the daemon at a time; it lines up what its engine cannot take at once. */
const atOnce = 64;

/**
 * Does the work on all items at once, to the end with each, whatever happens to the others.
 *
 * @throws AggregateError of all errors, those with one message only once, and one for a daemon that was lost.
 */
export async function onEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const limit = pLimit(atOnce);
  const settled = await Promise.allSettled(items.map((item) => limit(() => work(item))));
  const errors = settled
    .filter((result) => result.status === "rejected")
    .map(({ reason }): [string, unknown] => [
      ConnectionError.isInstance(reason) ? "the daemon was lost" : messageOf(reason),
      reason,
    ]);
  if (errors.length > 0) {
    throw new AggregateError(new Map(errors).values());
  }
}
