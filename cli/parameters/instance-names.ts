import type { Client } from "../../client/client";
import { ConnectionError } from "../../client/connection-error";
import { MccError } from "../../protocol/error";
import { titleOf } from "../find/instances";
import { shortList } from "../output/short-list";

/** `NAME-1` to `NAME-COUNT`, or of one instance the name itself; `undefined` leaves a name to the daemon. */
export function numberedNames(name: string | undefined, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) =>
    name === undefined || count === 1 ? name : `${name}-${index + 1}`,
  );
}

/**
 * Looks, before the first instance is made, whether all can be.
 *
 * @throws MccError `conflict` when some of the names are taken, `exhausted` when there are too few addresses.
 */
export async function refuseUnavailable(
  client: Client,
  names: readonly (string | undefined)[],
): Promise<void> {
  const { free } = (await client.info()).addressPool;
  if (free < names.length) {
    throw new MccError(
      "exhausted",
      `${names.length} instances need as many addresses, and the server has ${free} free ones; destroy some first, or give mccserver a wider --range.`,
    );
  }
  const all = names[0] === undefined ? [] : await client.call("instance.list", {});
  const taken = all.filter((instance) => names.includes(instance.name)).map(titleOf);
  if (taken.length > 0) {
    throw new MccError(
      "conflict",
      `Nothing was made, as names are taken, by ${shortList(taken)}; give another --name, or destroy those first.`,
    );
  }
}

/** The errors with one more, which says which of several instances there are not; one error of all says so itself. */
export function withMissingNames(
  error: unknown,
  names: readonly (string | undefined)[],
  made: readonly { readonly name: string }[],
): unknown {
  if (!(error instanceof AggregateError) || names.length === 1) {
    return error;
  }
  const there = new Set(made.map(({ name }) => name));
  const missing = names.flatMap((name) => (name === undefined || there.has(name) ? [] : name));
  const isLost = error.errors.some((each) => ConnectionError.isInstance(each));
  if (!isLost && made.length === 0 && error.errors.length === 1) {
    return error;
  }
  const which = missing.length === 0 ? "" : `: ${shortList(missing)}`;
  const line = `${names.length - made.length} of ${names.length} instances ${isLost ? "are not known to be up" : "did not come up"}${which}.`;
  return new AggregateError([...(error.errors as unknown[]), new MccError("conflict", line)]);
}
