import type { Role } from "../../../protocol/methods/values/role";
import type { Caller } from "../../../server/cloud/access/caller";

/** Callers of each role. The users are two, who must not reach each other's objects. */
export const callers = {
  admin: { account: "admin", role: "admin" },
  alice: { account: "alice", role: "user" },
  bob: { account: "bob", role: "user" },
  reader: { account: "dashboard", role: "reader" },
} as const satisfies Record<string, Caller>;

/** Returns a caller of a role. */
export function callerWith(role: Role): Caller {
  return { account: `the-${role}`, role };
}
