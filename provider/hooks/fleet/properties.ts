import * as z from "zod";
import {
  type Client,
  type Fleet,
  type FleetMember,
  inventory,
  knownHosts,
  type MethodParameters,
  sshConfig,
} from "../../../client";
import { fleetApplySchema } from "../../../protocol/methods/fleet";
import { uidSchema } from "../../../protocol/methods/values/name";
import { userDataDigest } from "../../../protocol/methods/values/user-data";
import { type Properties, withoutUndefined } from "../check-properties";
import { changed, changedOrDropped, changedOwner, hostArgsSchemas, keptSchema } from "../host-properties";
import { ownerLabels, withoutOwnerLabels } from "../ownership/owner";
import { jumpHostOfStack } from "../sdk/connection";

const { name: fleetName, count, addresses, maxUnavailable, isolate } = fleetApplySchema.shape;

/** The arguments of a `Fleet`, each by the schema of its name. */
export const argsSchemas = {
  ...hostArgsSchemas,
  count,
  namePrefix: fleetName.optional(),
  addresses,
  maxUnavailable,
  isolate,
};

const fleetKeptSchema = keptSchema.extend({ addresses, maxUnavailable, isolate });
type FleetKept = z.infer<typeof fleetKeptSchema>;

/** The inputs that `check` returns. */
export const inputsSchema = fleetKeptSchema.extend({
  count,
  namePrefix: fleetName,
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  ttl: z.number().optional(),
});
export type Inputs = z.infer<typeof inputsSchema>;

/** The parts of the state that identify the fleet and its arguments. */
export const stateSchema = fleetKeptSchema.extend({
  namePrefix: fleetName,
  uid: uidSchema,
  serverId: uidSchema,
});
export type State = z.infer<typeof stateSchema>;

/** Returns the parameters of `fleet.apply` for the desired state. */
export function applicationOf(inputs: Inputs): MethodParameters<"fleet.apply"> {
  const { namePrefix, count, image, type, keys, userData, waitFor, addresses, maxUnavailable, isolate } =
    inputs;
  const { member, group } = inputs;
  return {
    name: namePrefix,
    count,
    image,
    type,
    keys,
    userData,
    waitFor,
    addresses,
    maxUnavailable,
    isolate,
    member,
    group,
    keepOnFailure: inputs.keepOnFailure,
    clientToken: inputs.clientToken,
    readyTimeoutSeconds: inputs.timeouts?.create,
    ttlSeconds: inputs.ttl,
    labels: { ...inputs.labels, ...ownerLabels(inputs) },
  };
}

/** Returns the state of the resource for a fleet. */
export async function stateOf(fleet: Fleet, kept: FleetKept, daemon: Client): Promise<Properties> {
  const { uid, status, counts, simulated, members } = fleet;
  const { serverId } = await daemon.info();
  const jump = await jumpHostOfStack();
  return {
    uid,
    serverId,
    status,
    simulated,
    unhealthy: counts.wanted - counts.ready,
    instances: members.map(hostOf),
    ipAddresses: members.map(({ ipAddress }) => ipAddress),
    sshConfig: sshConfig(members, jump),
    inventory: inventory(fleet.name, members, jump),
    knownHosts: knownHosts(members),
    ...inputsOf(fleet, kept),
  };
}

/** Returns the arguments that would create this fleet. */
export function inputsOf(fleet: Fleet, kept: FleetKept): Properties {
  const { name: namePrefix, counts, image, type, keys, ttlSeconds, ttlImposed } = fleet;
  const { userData, ...rest } = fleetKeptSchema.parse(kept);
  return withoutUndefined({
    namePrefix,
    count: counts.wanted,
    image,
    type,
    keys,
    ttl: ttlImposed === true ? undefined : ttlSeconds,
    labels: withoutOwnerLabels(fleet.labels),
    ...rest,
    // The daemon returns only the digest of a script.
    userData:
      userData !== undefined && userDataDigest(userData) === fleet.userDataDigest ? userData : undefined,
  });
}

/** Returns the properties that change. Omitted arguments do not change. */
export function diffOf(olds: Properties, news: Properties): { inPlace: string[]; replaces: string[] } {
  return {
    inPlace: [
      ...changed(["count", "image", "type", "keys", "labels", "addresses", "member", "group"], olds, news),
      ...changedOrDropped(["ttl", "timeouts", "userData", "isolate"], olds, news),
      ...changedOwner(olds, news),
      // Members that differ from the desired state are replaced.
      ...(olds.unhealthy === 0 ? [] : ["unhealthy"]),
    ],
    replaces: changed(["namePrefix"], olds, news),
  };
}

function hostOf({ id, name, ipAddress, ipv6Address, hostname, sshHostKey, member }: FleetMember): Properties {
  return withoutUndefined({ instanceId: id, name, ipAddress, ipv6Address, hostname, sshHostKey, member });
}
