import type { Session } from "../connection/requests";

/** Whether the session may change something, or open its terminal. The daemon decides: this only hides what it would refuse. */
export function mayChange(
  { role, account }: Session,
  one: { readonly account?: string | undefined },
): boolean {
  return role === "admin" || (role === "user" && (one.account ?? account) === account);
}
