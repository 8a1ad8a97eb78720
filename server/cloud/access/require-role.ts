import { MccError } from "../../../protocol/error";
import type { Role } from "../../../protocol/methods/values/role";
import type { Caller } from "./caller";

/** @throws MccError `forbidden` that names the method, the caller, and the roles that may call it. */
export function requireRole(method: string, allowed: readonly Role[], { account, role }: Caller): void {
  if (!allowed.includes(role)) {
    throw new MccError(
      "forbidden",
      `${method} needs the role ${allowed.join(" or ")}, and the token "${account}" has the role ${role}; ask an admin of the daemon.`,
    );
  }
}
