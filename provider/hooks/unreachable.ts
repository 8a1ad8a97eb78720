import type { dynamic } from "@pulumi/pulumi";
import type { Fleet, Instance } from "../../client";
import type { Properties } from "./check-properties";
import { logToEngine } from "./sdk/engine-log";

/** Names an instance that is only unreachable, because nothing is done about it. */
export async function noteUnreachable(urn: string, instance: Instance): Promise<void> {
  if (instance.status === "unreachable") {
    const { id, name, failure = "" } = instance;
    await warn(urn, `instance ${id} (${name}) is unreachable and is left as it is: ${failure}`);
  }
}

/** Returns whether hosts of a fleet can run although the daemon cannot destroy or change them now. */
export function hasUnreachable({ members }: Pick<Fleet, "members">): boolean {
  return members.some(({ status }) => status === "unreachable");
}

/** Does the same as `noteUnreachable` for the hosts of a fleet. */
export async function noteUnreachableMembers(urn: string, fleet: Fleet): Promise<void> {
  if (hasUnreachable(fleet)) {
    const { name, failure } = fleet;
    await warn(urn, `fleet "${name}": ${failure ?? "hosts are unreachable, and are left as they are."}`);
  }
}

/** Returns failures for arguments that place a host in two ways, or an existing one. */
export function placementFailures({ member, group, adopt }: Properties): dynamic.CheckFailure[] {
  if (member !== undefined && group !== undefined) {
    return [
      { property: "group", reason: "give only member or group, because a member is in its groups already" },
    ];
  }
  return adopt !== undefined && group !== undefined
    ? [{ property: "group", reason: "an adopted instance is on a member already; omit it" }]
    : [];
}

async function warn(urn: string, message: string): Promise<void> {
  await logToEngine({ urn, message, severity: "WARNING", ephemeral: false });
}
