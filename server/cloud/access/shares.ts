import { MccError } from "../../../protocol/error";
import { type Accounted, accountOf } from "./account";
import type { Caller } from "./caller";

/** What a user may have at a time of the things that no quota counts, so that one account does not use up those of all. */
export const shares = {
  "followed command": 64,
  "event stream": 64,
  lease: 256,
  key: 256,
} as const;

/**
 * Refuses one more of a thing to a caller without the role `admin` whose account has its share.
 *
 * @param existing those of all accounts.
 * @throws MccError `exhausted`.
 */
export function requireShare(
  { role, account }: Caller,
  thing: keyof typeof shares,
  existing: Iterable<Accounted>,
): void {
  const held = [...existing].filter((each) => accountOf(each) === account).length;
  if (role !== "admin" && held >= shares[thing]) {
    throw new MccError(
      "exhausted",
      `The account "${account}" has ${held} ${thing}s, and a ${role} may have ${shares[thing]}; end or remove some that you do not need.`,
    );
  }
}
