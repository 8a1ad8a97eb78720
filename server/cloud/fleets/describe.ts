import type {
  FleetCounts,
  Fleet as FleetResult,
  FleetStatus,
  FleetSummary,
} from "../../../protocol/methods/fleet";
import { accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import { failureFor, type ShownFailure } from "../access/hidden-output";
import { statusFor } from "../access/understanding";
import type { Fleet } from "./fleet";
import { indexOf, isAsWanted } from "./plan";

const mostNamed = 10;

/** Returns a fleet as clients see it, without its members and its TTL. */
export function summariseFleet(caller: Caller, fleet: Fleet, simulated: boolean): FleetSummary {
  const { name, uid, createdAt, spec, owner } = fleet.record;
  const { image, type, keys, labels, userDataDigest } = spec;
  const failure = failureOf(fleet);
  const counts = countsOf(fleet);
  return {
    name,
    uid,
    status: statusOf(fleet, counts),
    counts,
    image,
    type,
    keys,
    labels,
    createdAt,
    simulated,
    account: accountOf(fleet.record),
    ...(userDataDigest === undefined ? {} : { userDataDigest }),
    ...(failure === undefined ? {} : { failure: failureFor(caller, failure) }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** Returns the members as clients see them, in the order of their indices. */
export function describeMembers(caller: Caller, fleet: Fleet): FleetResult["members"] {
  return fleet.members.map((member) => {
    const { id, uid, name, ipAddress, ipv6Address, hostname, sshHostKey, member: place } = member.record;
    return {
      index: indexOf(member),
      id,
      uid,
      name,
      ipAddress,
      ...(ipv6Address === undefined ? {} : { ipv6Address }),
      hostname,
      sshHostKey,
      status: statusFor(caller, member),
      ...(place === undefined ? {} : { member: place }),
    };
  });
}

/** The reason of a failed change may quote the output of a member; that of a failed destroy does not. */
function failureOf(fleet: Fleet): ShownFailure | undefined {
  const { failure, record } = fleet;
  const text = failure ?? record.failure;
  if (text !== undefined) {
    return { text, quotes: failure === undefined };
  }
  const unreachable = whichAreUnreachable(fleet);
  return unreachable === undefined ? undefined : { text: unreachable, quotes: false };
}

/** Names the first of the hosts that are unreachable, with their members of the cluster. */
function whichAreUnreachable({ members }: Fleet): string | undefined {
  const away = members.filter(({ status }) => status === "unreachable");
  if (away.length === 0) {
    return undefined;
  }
  const named = away
    .slice(0, mostNamed)
    .map(({ record: { name, member = "?" } }) => `${name} (on ${member})`);
  const more = away.length > mostNamed ? ` and ${away.length - mostNamed} more` : "";
  return `${away.length} of ${members.length} hosts are unreachable, because their members of the cluster do not answer: ${named.join(", ")}${more}. They can still run, and are not created again.`;
}

function statusOf(fleet: Fleet, { failed }: FleetCounts): FleetStatus {
  if (fleet.failure !== undefined) {
    return "failed";
  }
  if (fleet.isLeaving) {
    return "destroying";
  }
  if (fleet.change !== undefined) {
    return "applying";
  }
  return failed > 0 ? "degraded" : "ready";
}

function countsOf({ record, change, members }: Fleet): FleetCounts {
  const { count: wanted } = record.spec;
  const ready = members.filter((member) => isAsWanted(record.spec, member)).length;
  const rest = wanted - ready;
  return change === undefined
    ? { wanted, ready, pending: 0, failed: rest }
    : { wanted, ready, pending: rest, failed: 0 };
}
