import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { instanceCreateSchema } from "../../protocol/methods/instance";
import { waitForSchema } from "../../protocol/methods/readiness";
import { userDataSchema } from "../../protocol/methods/user-data";
import type { Properties } from "./check-properties";
import { durationSchema } from "./duration-schema";
import { identitySchema } from "./identity-schema";
import { ownerLabels, ownPrefix } from "./ownership/owner";

const { image, type, keys, labels, readyTimeoutSeconds } = instanceCreateSchema.shape;
const dayInSeconds = 86_400;

const changeTimeout = durationSchema.pipe(z.number().max(dayInSeconds, "expected a day at most")).optional();

/** The arguments that instances and fleets have alike, each by the schema of its name. */
export const hostArgsSchemas = {
  image,
  type,
  keys,
  labels: labels.refine((given) => Object.keys(given).every((key) => !key.startsWith(ownPrefix)), {
    error: `label keys that begin with "${ownPrefix}" are MiniCloud's own`,
    // Beside the labels' other mistakes, too.
    when: ({ value }) => typeof value === "object" && value !== null,
  }),
  userData: userDataSchema.optional(),
  ttl: durationSchema.optional(),
  waitFor: waitForSchema.optional(),
  keepOnFailure: z.boolean().optional(),
  timeouts: z
    .strictObject({
      create: durationSchema.pipe(readyTimeoutSeconds.unwrap()).optional(),
      update: changeTimeout,
      delete: changeTimeout,
    })
    .optional(),
};

/** What the state keeps as it was asked for, since no daemon tells it. */
export const keptSchema = identitySchema.extend({
  waitFor: waitForSchema.optional(),
  userData: z.string().optional(),
  keepOnFailure: z.boolean().optional(),
  /** For a script or a ladder that is a secret: messages have nothing of what they print. */
  hideOutput: z.boolean().optional(),
  // Parsed by `check`; seconds since then.
  timeouts: z
    .object({ create: z.number().optional(), update: z.number().optional(), delete: z.number().optional() })
    .optional(),
});

/** Which of the properties are asked to be other than they are. What is left out is to stay. */
export function changed(names: readonly string[], olds: Properties, news: Properties): string[] {
  return names.filter((name) => news[name] !== undefined && !isSame(name, olds, news));
}

/** The same for properties that are there or not: what is left out is to be no more. */
export function changedOrDropped(names: readonly string[], olds: Properties, news: Properties): string[] {
  return names.filter((name) => !isSame(name, olds, news));
}

/** Which of the labels by which MiniCloud knows the owner are another's: all or none. */
export function changedOwner(olds: Properties, news: Properties): string[] {
  return isDeepStrictEqual(ownersOf(olds), ownersOf(news)) ? [] : ["labels"];
}

/** The organization is not looked at: resources of earlier releases do not know theirs. */
function ownersOf({ ownerUrn }: Properties): unknown {
  return typeof ownerUrn === "string" ? ownerLabels({ ownerUrn }) : undefined;
}

function isSame(name: string, olds: Properties, news: Properties): boolean {
  return isDeepStrictEqual(comparable(name, olds[name]), comparable(name, news[name]));
}

/** Keys have no order among each other. */
function comparable(name: string, value: unknown): unknown {
  return name === "keys" && Array.isArray(value) ? value.map(String).sort() : value;
}
