import { z } from "zod";
import type { Adoption, ClaimedToken, Owner } from "../types/ownership";
import { method } from "./method";
import { clientTokenSchema, uidSchema } from "./name";

export type { Adoption, ClaimedToken, Owner };

/** Which resource of which program something belongs to. */
export const ownerSchema = z.strictObject({
  /** The whole URN that Pulumi has for the resource. */
  urn: z
    .string()
    .min(1)
    .max(16_384, "a URN has 16384 characters at most")
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "a URN has no control characters"),
  /** Who has the stack; absent for who keeps the state himself. */
  organization: z.string().max(255).optional(),
  /**
   * True when Pulumi only forgets the resource in place of destroying it, and tells nobody. It then counts as given
   * up as soon as another resource adopts it, or the same one is made again.
   */
  retainOnDelete: z.boolean().optional(),
});
/** As results have it: a newer daemon may say more. */
export const shownOwnerSchema = z.object(ownerSchema.shape);

/** One run of a create: random, and the same however often a call is sent again. */
const attemptSchema = uidSchema;

/** What a create says beside its client token. Only to a daemon with the feature `ownership`. */
export const claimShape = {
  /**
   * With it, the clientToken gives the same thing to this attempt only, and to a later one only while nobody has
   * confirmed it and this attempt has made no call for ten seconds. The uid is then another one.
   */
  attempt: attemptSchema.optional(),
  owner: ownerSchema.optional(),
  /** How long the answer may wait for an earlier attempt to be given up. Default: 0. */
  patienceSeconds: z.int().min(0).max(60).optional(),
};

/** For what may be made in place of something that runs on. */
export const replacingShape = {
  /** The uid of what the same resource had before: it runs on, and has no owner any more. */
  replaces: uidSchema.optional(),
};

/** Makes something that exists, and that nobody owns, the caller's. */
export const adoptionSchema = z.strictObject({
  clientToken: clientTokenSchema,
  attempt: attemptSchema,
  owner: ownerSchema,
  patienceSeconds: claimShape.patienceSeconds,
});

const claimedTokenSchema = z.object({
  clientToken: z.string(),
  kind: z.enum(["instance", "fleet", "key"]),
  name: z.string(),
  /** False while only an attempt knows of it, which has not been confirmed. */
  spent: z.boolean(),
  /** Absent for what nobody owns, or what an earlier release made. */
  owner: shownOwnerSchema.optional(),
  /** True for what its owner gave up. */
  released: z.boolean(),
});

export const tokenMethods = {
  "token.list": method(
    "Says of client tokens what each made and whose that is; a token that made nothing is left out.",
    z.strictObject({ clientTokens: z.array(clientTokenSchema).max(64) }),
    z.array(claimedTokenSchema),
  ),
};
