import { formatDuration } from "../../../../protocol/duration";
import { MccError } from "../../../../protocol/error";
import type { SizeLimit } from "../../../../protocol/methods/quota";
import { quotaAmounts } from "../../../../protocol/quota-amounts";
import type { Total } from "./total";

const mostNamed = 5;

/** An instance, and how much of the limit it has; undefined without a limit. */
export interface Share {
  readonly name: string;
  readonly amount: number | undefined;
}

/** What a limit does not allow. */
export interface Excess {
  readonly account: string;
  readonly limit: SizeLimit;
  readonly most: number;
  /** What the account has. */
  readonly shares: readonly Share[];
  readonly has: Total;
  /** For what more is needed: `this instance`. */
  readonly what: string;
  /** How much more. */
  readonly needed: number;
}

export function overQuota({ account, limit, most, shares, has, what, needed }: Excess): MccError {
  const { noun, format } = quotaAmounts[limit];
  const amount = has.unlimited > 0 ? "more than can be counted" : format(has.sum);
  const uses = shares.length === 0 ? "none" : `${amount}: ${named(limit, shares)}`;
  return new MccError(
    "exhausted",
    `The account "${account}" may have ${format(most)} ${noun} and has ${uses}; ${what} needs ${format(needed)} more. Destroy instances, ask for less, or ask an admin of the daemon for a larger quota (mcc set-quota ${account}).`,
  );
}

/** Returns the error for a type that has no limit where the account has one. */
export function typeWithoutLimit(
  { account, limit, most }: Pick<Excess, "account" | "limit" | "most">,
  type: string,
): MccError {
  const { noun, format } = quotaAmounts[limit];
  return new MccError(
    "exhausted",
    `The account "${account}" may have ${format(most)} ${noun}, and the type "${type}" has no limit for that; choose a type that has one (mcc list-instance-types), or ask an admin of the daemon.`,
  );
}

/** @param asked 0: none. */
export function ttlTooLong(account: string, mostSeconds: number, asked: number): MccError {
  const given = asked === 0 ? "no TTL" : `a TTL of ${formatDuration(asked)}`;
  return new MccError(
    "exhausted",
    `The account "${account}" may have TTLs of ${formatDuration(mostSeconds)} at most, and ${given} was asked for; give a shorter TTL, or ask an admin of the daemon (mcc set-quota ${account}).`,
  );
}

function named(limit: SizeLimit, shares: readonly Share[]): string {
  const largest = shares.toSorted((one, other) => sizeOf(other) - sizeOf(one));
  const texts = largest.slice(0, mostNamed).map(({ name, amount }) => {
    const size = amount === undefined ? "no limit" : quotaAmounts[limit].format(amount);
    return limit === "instances" ? name : `${name} (${size})`;
  });
  const more = shares.length - texts.length;
  return [...texts, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function sizeOf({ amount = Number.POSITIVE_INFINITY }: Share): number {
  return amount;
}
