import { MccError } from "../../../protocol/error";
import { type Accounted, accountOf } from "./account";
import type { Caller } from "./caller";

/** Returns whether the caller may see an object. The table of methods decides whether its role may change anything. */
export function isOpenTo({ role, account }: Caller, owned: Accounted): boolean {
  return role !== "user" || isOf({ account }, owned);
}

/** Returns whether an object is the caller's own, whatever else its role may reach. */
export function isOf({ account }: Pick<Caller, "account">, owned: Accounted): boolean {
  return accountOf(owned) === account;
}

/**
 * Refuses callers with the role `user` who ask for an object of another account. The message names neither that account nor
 * anything about the object that the caller did not send.
 *
 * @param title the object as the caller named it: `Instance 500`.
 * @throws MccError `forbidden`
 */
export function requireOwn(caller: Caller, owned: Accounted, title: string): void {
  if (!isOpenTo(caller, owned)) {
    throw new MccError(
      "forbidden",
      `${title} belongs to another account, and the token "${caller.account}" has the role user, which reaches only what tokens of its name created; ask an admin of the daemon.`,
    );
  }
}
