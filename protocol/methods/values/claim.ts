import * as z from "zod";
import type { Adoption, ClaimedToken, Owner } from "../../types/ownership";
import { method } from "../method";
import { clientTokenSchema, uidSchema } from "./name";
import { everyRole } from "./role";

export type { Adoption, ClaimedToken, Owner };

/** The Pulumi resource that owns an instance, a fleet or a key. */
export const ownerSchema = z.strictObject({
  /** The complete URN of the resource in Pulumi. */
  urn: z
    .string()
    .min(1)
    .max(16_384, "a URN has 16384 characters at most")
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "a URN has no control characters"),
  /** The organization of the stack. Absent with a self-managed backend. */
  organization: z.string().max(255).optional(),
  /**
   * True if Pulumi removes the resource from its state without destroying it, and without a call to the daemon. The
   * owner has then released it as soon as another resource adopts it, or the same resource is created again.
   */
  retainOnDelete: z.boolean().optional(),
});
/** The owner in results, which accepts unknown fields of newer daemons. */
export const shownOwnerSchema = z.object(ownerSchema.shape);

/** The random id of one run of a create. All retries of a call send the same one. */
const attemptSchema = uidSchema;

/** Parameters of a create in addition to its client token. Only for a daemon with the feature `ownership`. */
export const claimShape = {
  /**
   * With it, the clientToken returns the same object to this attempt only. A later attempt gets the object, with a new
   * uid, if it is not confirmed and this attempt has made no call for ten seconds.
   */
  attempt: attemptSchema.optional(),
  owner: ownerSchema.optional(),
  /** How long the call waits for an earlier attempt to expire. Default: 0. */
  patienceSeconds: z.int().min(0).max(60).optional(),
};

/** Parameters of a create that replaces an object which keeps running. */
export const replacingShape = {
  /** The uid of the previous object of the same resource. It keeps running, and loses its owner. */
  replaces: uidSchema.optional(),
};

/** Makes the caller the owner of an existing object without an owner. */
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
  /** False until the owner confirms the object. */
  spent: z.boolean(),
  /** Absent for an object without an owner, or one from an earlier release. */
  owner: shownOwnerSchema.optional(),
  /** True if the owner released the object. */
  released: z.boolean(),
});

export const tokenMethods = {
  "token.list": method(
    everyRole,
    "Returns the object that each client token created, and its owner. Tokens that created nothing are omitted.",
    z.strictObject({ clientTokens: z.array(clientTokenSchema).max(64) }),
    z.array(claimedTokenSchema),
  ),
};
