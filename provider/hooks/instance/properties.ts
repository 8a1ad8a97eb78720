import * as z from "zod";
import { type Instance, knownHosts, type MethodParameters } from "../../../client";
import { instanceCreateSchema } from "../../../protocol/methods/instance";
import { instanceNameSchema, uidSchema } from "../../../protocol/methods/values/name";
import { type Properties, withoutUndefined } from "../check-properties";
import { changed, changedOrDropped, changedOwner, hostArgsSchemas, keptSchema } from "../host-properties";
import { identitySchema } from "../identity-schema";
import { ownerLabels, withoutOwnerLabels } from "../ownership/owner";

const { name, ipAddress, hostname, isolate } = instanceCreateSchema.shape;
const { image, type, keys, labels } = hostArgsSchemas;

/** The arguments of an `Instance`, each by the schema of its name. */
export const argsSchemas = {
  ...hostArgsSchemas,
  name,
  ipAddress,
  hostname,
  isolate,
  adopt: z
    .union([z.int().min(1), instanceNameSchema], "expected the id or the name of an instance")
    .optional(),
};

/** The arguments for an adopted instance. Omitted arguments do not change. */
export const adoptedArgsSchemas = {
  ...argsSchemas,
  image: image.unwrap().optional(),
  type: type.unwrap().optional(),
  keys: keys.unwrap().optional(),
  labels: labels.unwrap().optional(),
};

/** The inputs that `check` returns. */
export const inputsSchema = identitySchema.extend(adoptedArgsSchemas).extend(keptSchema.shape).extend({
  ttl: z.number().optional(),
});
export type Inputs = z.infer<typeof inputsSchema>;

/** The arguments whose values the daemon chooses if the program omits them; for an adopted instance, all of them. */
const assignable = ["image", "type", "keys", "name", "ipAddress", "hostname", "labels"] as const;

const instanceKeptSchema = keptSchema.extend({
  adopt: argsSchemas.adopt,
  isolate,
  /** The arguments that the program omitted. States of earlier releases do not have it. */
  assigned: z.array(z.enum(assignable)).optional(),
});
type InstanceKept = z.infer<typeof instanceKeptSchema>;

/** The parts of the state that identify the instance and its arguments. */
export const stateSchema = instanceKeptSchema.extend({
  instanceId: z.int(),
  uid: uidSchema,
  serverId: uidSchema,
  name: z.string(),
});
export type State = z.infer<typeof stateSchema>;

/** The arguments that cannot change in an existing container. */
const fixed = ["image", "ipAddress", "hostname", "member", "group"];
const changeable = ["name", "type", "keys", "labels"];

/** Returns the state of the resource for an instance that was created or changed with these inputs. */
export function stateOf(instance: Instance, inputs: Inputs, serverId: string): Properties {
  const assigned = assignable.filter((name) => inputs[name] === undefined);
  return stateNow(instance, { ...inputs, ...(assigned.length > 0 ? { assigned } : {}) }, serverId);
}

/** Returns the state of the resource for an instance. */
export function stateNow(instance: Instance, kept: InstanceKept, serverId: string): Properties {
  const { id, uid, status, sshHostKey, simulated, ipv6Address, member: placedOn } = instance;
  return {
    instanceId: id,
    uid,
    serverId,
    status,
    sshHostKey,
    knownHosts: knownHosts([instance]),
    simulated,
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    ...(placedOn === undefined ? {} : { placedOn }),
    ...argumentsOf(instance, kept),
  };
}

/** Returns the arguments that would create this instance, without those that the program omits. */
export function inputsOf(instance: Instance, state: InstanceKept): Properties {
  const { assigned = [], ...kept } = state;
  const omitted: readonly string[] = assigned;
  return Object.fromEntries(
    Object.entries(argumentsOf(instance, kept)).filter(([name]) => !omitted.includes(name)),
  );
}

function argumentsOf(instance: Instance, kept: InstanceKept): Properties {
  const { image, type, keys, name, ipAddress, hostname, ttlSeconds, ttlImposed } = instance;
  return withoutUndefined({
    image,
    type,
    keys,
    name,
    ipAddress,
    hostname,
    ttl: ttlImposed === true ? undefined : ttlSeconds,
    labels: withoutOwnerLabels(instance.labels),
    ...instanceKeptSchema.parse(kept),
  });
}

/**
 * Returns the parameters that change in place. Arguments that an adopted instance omits do not change, and neither does a TTL
 * that a quota imposed.
 */
export function changeableOf(
  { name, type, keys, labels, adopt, ttl, ...owner }: Inputs,
  instance?: Instance,
): Pick<MethodParameters<"instance.update">, "name" | "type" | "keys" | "labels" | "ttlSeconds"> {
  const users = labels ?? withoutOwnerLabels(instance?.labels ?? {});
  const without = adopt !== undefined || instance?.ttlImposed === true ? undefined : 0;
  return { name, type, keys, labels: { ...users, ...ownerLabels(owner) }, ttlSeconds: ttl ?? without };
}

/** Returns the properties that change. Omitted arguments do not change. */
export function diffOf(olds: Properties, news: Properties): { inPlace: string[]; replaces: string[] } {
  // The desired state is a running instance, so a stopped one is started. One that was unreachable is only recorded again.
  const down = olds.status === "stopped" || olds.wasUnreachable === true ? ["status"] : [];
  return {
    inPlace: [
      ...changed(changeable, olds, news),
      ...(news.adopt === undefined ? changedOrDropped : changed)(["ttl"], olds, news),
      ...changedOrDropped(["timeouts"], olds, news),
      ...changedOwner(olds, news),
      ...down,
    ],
    replaces: [
      ...changed(fixed, olds, news),
      ...changedOrDropped(["userData", "isolate"], olds, news),
      // A failed instance can only be destroyed and created again.
      ...(olds.status === "failed" ? ["status"] : []),
    ],
  };
}

/** Tells whether the instance matches all arguments that can change in place. */
export function isAsAsked(instance: Instance, inputs: Inputs): boolean {
  const { ttlSeconds = 0, ...is } = instance;
  const asked: Properties = changeableOf(inputs, instance);
  return changed([...changeable, "ttlSeconds"], { ...is, ttlSeconds }, asked).length === 0;
}
