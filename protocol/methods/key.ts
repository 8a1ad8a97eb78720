import { z } from "zod";
import { claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./claim";
import { method } from "./method";
import { clientTokenSchema, nameSchema, timeSchema, uidSchema } from "./name";

export type { Key } from "../types/key";

export const keySchema = z.object({
  uid: uidSchema,
  name: z.string(),
  publicKey: z.string(),
  /** As `ssh-keygen -l` prints it. */
  fingerprint: z.string(),
  createdAt: timeSchema,
  /** The resource that it belongs to, once that was told. */
  owner: shownOwnerSchema.optional(),
});

const target = { name: nameSchema, uid: uidSchema.optional(), serverId: uidSchema.optional() };
const publicKeySchema = z.string().max(16_384, "a public key has 16384 characters at most");

export const keyMethods = {
  "key.add": method(
    "Keeps a public key under a name. The same clientToken gives the same key to the same attempt, or to a later one until a key.confirm spends it.",
    z.strictObject({
      name: nameSchema,
      publicKey: publicKeySchema,
      clientToken: clientTokenSchema.optional(),
      ...claimShape,
      ...replacingShape,
    }),
    keySchema,
  ),
  "key.get": method("Returns one key.", z.strictObject(target), keySchema),
  "key.confirm": method(
    "Returns one key, whose owner has recorded it: its client token makes nothing any more, and the owner is the one given.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    keySchema,
  ),
  "key.list": method("Returns all keys.", z.strictObject({}), z.array(keySchema)),
  "key.update": method(
    "Replaces the public half of a key, also on the instances that carry it.",
    z.strictObject({ ...target, publicKey: publicKeySchema }),
    keySchema,
  ),
  "key.remove": method(
    "Removes a key, also from the instances that carry it; gone already is success.",
    z.strictObject(target),
    z.object({
      /** False when there was nothing to remove. */
      removed: z.boolean(),
    }),
  ),
};
