import pLimit from "p-limit";
import { ConnectionError } from "../../client/connection-error";
import { messageOf } from "../../protocol/error";

/** The number of parallel calls to the daemon, which queues work that exceeds the limits of its engine. */
const atOnce = 64;

/**
 * Does the work on all items in parallel. The failure of one item does not stop the others.
 *
 * @throws AggregateError of all errors. Errors with equal messages, and lost connections, appear once.
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
