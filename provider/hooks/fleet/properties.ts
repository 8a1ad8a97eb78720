import { z } from "zod";
import {
  type Client,
  type Fleet,
  type FleetMember,
  inventory,
  isDaemonHere,
  jumpHost,
  type MethodParameters,
  sshConfig,
} from "../../../client";
import { fleetApplySchema } from "../../../protocol/methods/fleet";
import { uidSchema } from "../../../protocol/methods/name";
import { userDataDigest } from "../../../protocol/methods/user-data";
import { type Properties, withoutUndefined } from "../check-properties";
import { changed, changedOrDropped, changedOwner, hostArgsSchemas, keptSchema } from "../host-properties";
import { ownerLabels, withoutOwnerLabels } from "../ownership/owner";

const { name, count, addresses, maxUnavailable } = fleetApplySchema.shape;

/** The arguments of a `Fleet`, each by the schema of its name. */
export const argsSchemas = {
  ...hostArgsSchemas,
  count,
  namePrefix: name.optional(),
  addresses,
  maxUnavailable,
};

const fleetKeptSchema = keptSchema.extend({ addresses, maxUnavailable });
type FleetKept = z.infer<typeof fleetKeptSchema>;

/** What `check` makes of the arguments. */
export const inputsSchema = fleetKeptSchema.extend({
  count,
  namePrefix: name,
  image: z.string(),
  type: z.string(),
  keys: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  ttl: z.number().optional(),
});
export type Inputs = z.infer<typeof inputsSchema>;

/** What of the state is needed to find the fleet again and to tell what it is made of. */
export const stateSchema = fleetKeptSchema.extend({ namePrefix: name, uid: uidSchema, serverId: uidSchema });
export type State = z.infer<typeof stateSchema>;

/** What the daemon is to make of the fleet. */
export function applicationOf(inputs: Inputs): MethodParameters<"fleet.apply"> {
  const { namePrefix, count, image, type, keys, userData, waitFor, addresses, maxUnavailable } = inputs;
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
    keepOnFailure: inputs.keepOnFailure,
    clientToken: inputs.clientToken,
    readyTimeoutSeconds: inputs.timeouts?.create,
    ttlSeconds: inputs.ttl,
    labels: { ...inputs.labels, ...ownerLabels(inputs) },
  };
}

/** What a resource's state keeps of a fleet. */
export async function stateOf(fleet: Fleet, kept: FleetKept, daemon: Client): Promise<Properties> {
  const { uid, status, counts, simulated, members } = fleet;
  const { serverId } = await daemon.info();
  const jump = (await isDaemonHere(daemon.server)) ? undefined : jumpHost(daemon.server);
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
    ...inputsOf(fleet, kept),
  };
}

/** The arguments that would make this fleet. */
export function inputsOf(fleet: Fleet, kept: FleetKept): Properties {
  const { name: namePrefix, counts, image, type, keys, ttlSeconds } = fleet;
  const { userData, ...rest } = fleetKeptSchema.parse(kept);
  return withoutUndefined({
    namePrefix,
    count: counts.wanted,
    image,
    type,
    keys,
    ttl: ttlSeconds,
    labels: withoutOwnerLabels(fleet.labels),
    ...rest,
    // The daemon does not tell a script, only whether it is this one.
    userData:
      userData !== undefined && userDataDigest(userData) === fleet.userDataDigest ? userData : undefined,
  });
}

/** Which properties are asked to be other than they are. What is left out is to stay. */
export function diffOf(olds: Properties, news: Properties): { inPlace: string[]; replaces: string[] } {
  return {
    inPlace: [
      ...changed(["count", "image", "type", "keys", "labels", "addresses"], olds, news),
      ...changedOrDropped(["ttl", "timeouts", "userData"], olds, news),
      ...changedOwner(olds, news),
      // Members that are not as they are to be are replaced.
      ...(olds.unhealthy === 0 ? [] : ["unhealthy"]),
    ],
    replaces: changed(["namePrefix"], olds, news),
  };
}

function hostOf({ id, name: member, ipAddress, hostname, sshHostKey }: FleetMember): Properties {
  return { instanceId: id, name: member, ipAddress, hostname, sshHostKey };
}
