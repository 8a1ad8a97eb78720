import { adminAccount } from "../../../protocol/methods/access-token";
import type { Role } from "../../../protocol/methods/values/role";
import type { Understandable } from "../../../protocol/understood";

/** Who makes a call. It is passed from the request to every method of the cloud that a client can reach. */
export interface Caller {
  /** The name of the caller's token: the account of everything that the caller creates. */
  readonly account: string;
  readonly role: Role;
  /** Aborted when the token is revoked or replaced, or expires. Its reason is an MccError. Default: never. */
  readonly revoked?: AbortSignal | undefined;
  /** Checks again that the token or the certificate is accepted. Default: it is. @throws MccError `unauthenticated` */
  readonly checkAgain?: (() => void) | undefined;
  /** What its client announces that it understands in answers. Default: nothing that the first release did not have. */
  readonly understands?: ReadonlySet<Understandable> | undefined;
  /** The address from which the request came. Default: the call is no request. */
  readonly from?: string | undefined;
}

/** The caller of a daemon that requires no token. */
export const localAdmin: Caller = { account: adminAccount, role: "admin" };
