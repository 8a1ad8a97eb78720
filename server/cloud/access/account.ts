import type { z } from "zod";
import { accessTokenNameSchema, adminAccount } from "../../../protocol/methods/access-token";

/** The field of a record that tells whose it is. */
export const accountFields = {
  /** The name of the token that created it. Default: the local admin's, as in the records of earlier releases. */
  account: accessTokenNameSchema.optional(),
};
export type Accounted = z.infer<z.ZodObject<typeof accountFields>>;

/** Returns the account of a record. */
export function accountOf({ account }: Accounted): string {
  return account ?? adminAccount;
}

/** Returns the field for a new record. The records of the local admin omit it, so that earlier releases can read them. */
export function newAccount(account: string): Accounted {
  return account === adminAccount ? {} : { account };
}
