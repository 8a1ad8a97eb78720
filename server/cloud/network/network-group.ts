import { MccError } from "../../../protocol/error";
import { adminAccount } from "../../../protocol/methods/access-token";
import { ownerKeys } from "../../../protocol/methods/values/owner";
import { scopeOf } from "./host-names";

/** What decides which instances an instance reaches. */
export interface Membership {
  readonly account: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isolate?: "stack" | "fleet" | undefined;
  /** The uid of its fleet. */
  readonly fleetUid?: string | undefined;
}

/**
 * Returns the group of instances that reach each other: those of one account, of one stack, or of one fleet. Undefined for
 * the local admin's, which is the group of all instances of releases without groups.
 */
export function networkGroupOf({ account, labels, isolate, fleetUid }: Membership): string | undefined {
  if (isolate === "fleet" && fleetUid !== undefined) {
    return `fleet ${fleetUid}`;
  }
  if (isolate !== undefined) {
    return `stack ${scopeOf(labels, account)}`;
  }
  return account === adminAccount ? undefined : `account ${account}`;
}

/** Returns how a group was isolated. */
export function isolationOf(group: string | undefined): "stack" | "fleet" | undefined {
  return (["stack", "fleet"] as const).find((kind) => group?.startsWith(`${kind} `));
}

/**
 * Refuses an isolation that is not possible.
 *
 * @throws MccError `invalid`
 */
export function requireIsolable(
  { labels, isolate }: Pick<Membership, "labels" | "isolate">,
  { isolates }: { readonly isolates: boolean },
): void {
  if (isolate === undefined) {
    return;
  }
  if (!isolates) {
    throw new MccError(
      "invalid",
      `This daemon's driver cannot isolate instances, and isolate is "${isolate}"; omit it, or use a daemon with the driver lxc.`,
    );
  }
  if (isolate === "stack" && labels[ownerKeys.stack] === undefined) {
    throw new MccError(
      "invalid",
      `isolate is "stack", and the labels name no stack; add the label ${ownerKeys.stack}, which Pulumi's resources have, or omit isolate.`,
    );
  }
}
