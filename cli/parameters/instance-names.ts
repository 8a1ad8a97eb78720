import type { Client } from "../../client/client";
import { ConnectionError } from "../../client/connection-error";
import { MccError } from "../../protocol/error";
import { titleOf } from "../find/instances";
import { shortList } from "../output/short-list";

/** Returns `NAME-1` to `NAME-COUNT`, or the name itself for one instance. With `undefined` the daemon chooses names. */
export function numberedNames(name: string | undefined, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) =>
    name === undefined || count === 1 ? name : `${name}-${index + 1}`,
  );
}

/**
 * Checks before the first instance is created whether all of them can be created.
 *
 * @throws MccError `conflict` if names are in use, `exhausted` if there are too few addresses.
 */
export async function refuseUnavailable(
  client: Client,
  names: readonly (string | undefined)[],
): Promise<void> {
  const { free } = (await client.info()).addressPool;
  if (free < names.length) {
    throw new MccError(
      "exhausted",
      `${names.length} instances need ${names.length} addresses, but the server has only ${free} free; destroy instances, or give mccserver a wider --range.`,
    );
  }
  const all = names[0] === undefined ? [] : await client.call("instance.list", {});
  const taken = all.filter((instance) => names.includes(instance.name)).map(titleOf);
  if (taken.length > 0) {
    throw new MccError(
      "conflict",
      `No instance was created because names are in use by ${shortList(taken)}; give another --name, or destroy those first.`,
    );
  }
}

/** Adds an error that lists the missing ones of several instances, unless all failed with one and the same error. */
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
  const line = `${names.length - made.length} of ${names.length} instances ${isLost ? "are in an unknown state" : "failed"}${which}.`;
  return new AggregateError([...(error.errors as unknown[]), new MccError("conflict", line)]);
}
