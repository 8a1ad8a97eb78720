import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { instanceCreateSchema } from "../../protocol/methods/instance";
import { waitForSchema } from "../../protocol/methods/values/readiness";
import { userDataSchema } from "../../protocol/methods/values/user-data";
import type { Properties } from "./check-properties";
import { durationSchema } from "./duration-schema";
import { identitySchema } from "./identity-schema";
import { ownerLabels, ownPrefix } from "./ownership/owner";

const { image, type, keys, labels, readyTimeoutSeconds, member, group } = instanceCreateSchema.shape;
const dayInSeconds = 86_400;

const changeTimeout = durationSchema
  .pipe(z.number().max(dayInSeconds, "expected at most one day"))
  .optional();

/** The arguments common to `Instance` and `Fleet`, each with its schema. */
export const hostArgsSchemas = {
  image,
  type,
  keys,
  labels: labels.refine((given) => Object.keys(given).every((key) => !key.startsWith(ownPrefix)), {
    error: `label keys that start with "${ownPrefix}" are reserved for MiniCloud`,
    // Also reported if the labels have other mistakes.
    when: ({ value }) => typeof value === "object" && value !== null,
  }),
  userData: userDataSchema.optional(),
  ttl: durationSchema.optional(),
  waitFor: waitForSchema.optional(),
  keepOnFailure: z.boolean().optional(),
  member,
  group,
  timeouts: z
    .strictObject({
      create: durationSchema.pipe(readyTimeoutSeconds.unwrap()).optional(),
      update: changeTimeout,
      delete: changeTimeout,
    })
    .optional(),
};

/** The arguments that the state keeps from the program, because the daemon does not return them. */
export const keptSchema = identitySchema.extend({
  waitFor: waitForSchema.optional(),
  userData: z.string().optional(),
  keepOnFailure: z.boolean().optional(),
  // As the program asked. The engine can move an instance.
  member,
  group,
  /** True if userData or waitFor is a secret. Messages then omit all output. */
  hideOutput: z.boolean().optional(),
  // Already parsed to seconds by `check`.
  timeouts: z
    .object({ create: z.number().optional(), update: z.number().optional(), delete: z.number().optional() })
    .optional(),
});

/** Returns the properties that change. Omitted arguments do not change. */
export function changed(names: readonly string[], olds: Properties, news: Properties): string[] {
  return names.filter((name) => news[name] !== undefined && !isSame(name, olds, news));
}

/** Returns the properties that change. Omitted arguments are removed. */
export function changedOrDropped(names: readonly string[], olds: Properties, news: Properties): string[] {
  return names.filter((name) => !isSame(name, olds, news));
}

/** Returns `labels` if the labels of the owner change. */
export function changedOwner(olds: Properties, news: Properties): string[] {
  return isDeepStrictEqual(ownersOf(olds), ownersOf(news)) ? [] : ["labels"];
}

/** Returns the owner's labels without the organization, which the states of earlier releases lack. */
function ownersOf({ ownerUrn }: Properties): unknown {
  return typeof ownerUrn === "string" ? ownerLabels({ ownerUrn }) : undefined;
}

function isSame(name: string, olds: Properties, news: Properties): boolean {
  return isDeepStrictEqual(comparable(name, olds[name]), comparable(name, news[name]));
}

/** Ignores the order of keys. An empty script, which earlier releases accepted, is the same as none. */
function comparable(name: string, value: unknown): unknown {
  if (name === "userData" && value === "") {
    return undefined;
  }
  return name === "keys" && Array.isArray(value) ? value.map(String).sort() : value;
}
