import type { Instance as InstanceResult } from "../../../protocol/methods/instance";
import { accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import { failureFor, type ShownFailure } from "../access/hidden-output";
import { statusFor } from "../access/understanding";
import type { Instance } from "./instance";
import { whyUnreachable } from "./unreachable";

export const whyLost = "The engine no longer lists its container; destroy the instance and create it again.";

/** Returns an instance as clients see it, without its ttl, which may be its fleet's. */
export function describeInstance(caller: Caller, instance: Instance, simulated: boolean): InstanceResult {
  const { waitingFor, record } = instance;
  const { id, uid, name, ipAddress, ipv6Address, hostname, image, type, keys, labels } = record;
  const { createdAt, sshHostKey, fleet, owner, member } = record;
  const failure = failureOf(instance);
  return {
    id,
    uid,
    name,
    status: statusFor(caller, instance),
    ipAddress,
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    hostname,
    image,
    type,
    keys,
    labels,
    createdAt,
    sshHostKey,
    simulated,
    account: accountOf(record),
    ...(failure === undefined ? {} : { failure: failureFor(caller, failure) }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(fleet === undefined ? {} : { fleet }),
    ...(owner === undefined ? {} : { owner }),
    ...(member === undefined ? {} : { member }),
  };
}

function failureOf(instance: Instance): ShownFailure | undefined {
  if (instance.status === "unreachable") {
    return { text: whyUnreachable(instance), quotes: false };
  }
  if (instance.failure !== undefined) {
    const { message, confidential } = instance.failure.error;
    return { text: message, quotes: confidential };
  }
  if (instance.isLost) {
    return { text: whyLost, quotes: false };
  }
  const startFailure = startFailureOf(instance);
  if (startFailure !== undefined) {
    return { text: startFailure, quotes: true };
  }
  const memory = memoryFailureOf(instance);
  return memory === undefined ? undefined : { text: memory, quotes: false };
}

function startFailureOf({ startFailure, id }: Instance): string | undefined {
  return (
    startFailure &&
    `It could not be started: ${startFailure.replace(/\.$/, "")}; start it when the cause is removed (mcc start ${id}), or destroy it.`
  );
}

function memoryFailureOf({ status, outOfMemory }: Instance): string | undefined {
  return status === "running" || status === "stopped" ? outOfMemory : undefined;
}
