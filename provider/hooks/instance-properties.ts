import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Instance } from "../../client";
import { instanceCreateSchema } from "../../protocol/instance";
import { uidSchema } from "../../protocol/name";
import type { Properties } from "./check-properties";
import { identitySchema } from "./identity-schema";
import { ownerLabels, ownPrefix, withoutOwnerLabels } from "./owner";

const { image, type, keys, name, ipAddress, hostname, labels, waitFor } = instanceCreateSchema.shape;

/** The arguments of an `Instance`, each by the schema of its name. */
export const argsSchemas = {
  ...{ image, type, keys, name, ipAddress, hostname },
  labels: labels.refine((given) => Object.keys(given).every((key) => !key.startsWith(ownPrefix)), {
    error: `label keys that begin with "${ownPrefix}" are MiniCloud's own`,
    // Beside the labels' other mistakes, too.
    when: ({ value }) => typeof value === "object" && value !== null,
  }),
  waitFor,
};

/** What `check` makes of them. */
export const inputsSchema = identitySchema.extend(argsSchemas);
export type Inputs = z.infer<typeof inputsSchema>;

/** What of the state is needed to find the instance again and to tell what it is made of. */
export const stateSchema = identitySchema.extend({
  ...{ instanceId: z.int(), uid: uidSchema, serverId: uidSchema, name: z.string() },
  waitFor,
});
export type State = z.infer<typeof stateSchema>;

/** Cannot change in a container that exists. */
const fixed = ["image", "ipAddress", "hostname"];
const changeable = ["name", "type", "keys", "labels"];

/** What a resource's state keeps of an instance. */
export function stateOf(
  instance: Instance,
  { serverId, ownerUrn, clientToken, waitFor }: Omit<State, "instanceId" | "uid" | "name">,
): Properties {
  const { id, uid, name, ipAddress, hostname, status, image, type, keys, sshHostKey, simulated } = instance;
  return {
    ...{ instanceId: id, uid, serverId, name, ipAddress, hostname, status, image, type, keys },
    labels: withoutOwnerLabels(instance.labels),
    ...{ sshHostKey, simulated, waitFor, ownerUrn, clientToken },
  };
}

/** The arguments that would make this instance. */
export function inputsOf(instance: Instance, { ownerUrn, clientToken, waitFor }: State): Inputs {
  const { image, type, keys, name, ipAddress, hostname } = instance;
  return {
    ...{ image, type, keys, name, ipAddress, hostname },
    labels: withoutOwnerLabels(instance.labels),
    ...{ waitFor, ownerUrn, clientToken },
  };
}

/** What may change in place, as the daemon takes it. */
export function changeableOf({
  name,
  type,
  keys,
  labels,
  ownerUrn,
}: Inputs): Pick<Inputs, "name" | "type" | "keys" | "labels"> {
  return { name, type, keys, labels: { ...labels, ...ownerLabels(ownerUrn) } };
}

/** Which properties are asked to be other than they are. What is left out is to stay. */
export function changesOf(olds: Properties, news: Properties): { inPlace: string[]; replaces: string[] } {
  const changed = (property: string): boolean =>
    news[property] !== undefined && !isSame(olds[property], news[property]);
  const owner = isSame(ownersOf(olds), ownersOf(news)) ? [] : ["labels"];
  // Declared is an instance that runs; one that went down is started again.
  const down = olds.status === "stopped" ? ["status"] : [];
  return {
    inPlace: [...changeable.filter(changed), ...owner, ...down],
    // What failed can only be destroyed, and made anew.
    replaces: [...fixed.filter(changed), ...(olds.status === "failed" ? ["status"] : [])],
  };
}

/** Whether the instance is as asked, in all that may change in place. */
export function isAsAsked(instance: Instance, inputs: Inputs): boolean {
  return changesOf({ ...instance }, { ...changeableOf(inputs) }).inPlace.length === 0;
}

function ownersOf({ ownerUrn }: Properties): unknown {
  return typeof ownerUrn === "string" ? ownerLabels(ownerUrn) : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(sorted(one), sorted(other));
}

/** Keys have no order among each other. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value;
}
