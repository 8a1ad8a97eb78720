import * as z from "zod";
import { method } from "./method";
import { claimShape, ownerSchema, replacingShape, shownOwnerSchema } from "./values/claim";
import { clientTokenSchema, nameSchema, timeSchema, uidSchema } from "./values/name";
import { everyRole, rolesThatChange } from "./values/role";

export type { Key } from "../types/key";

export const keySchema = z.object({
  uid: uidSchema,
  name: z.string(),
  publicKey: z.string(),
  /** As `ssh-keygen -l` prints it. */
  fingerprint: z.string(),
  createdAt: timeSchema,
  /** The name of the token that created it. */
  account: z.string().optional(),
  /** The resource that owns it, if it is known. */
  owner: shownOwnerSchema.optional(),
});

const target = { name: nameSchema, uid: uidSchema.optional(), serverId: uidSchema.optional() };
const publicKeySchema = z.string().max(16_384, "a public key has at most 16384 characters");

export const keyMethods = {
  "key.add": method(
    rolesThatChange,
    "Stores a public key under a name. The same clientToken returns the same key to the same attempt, and to a later one until key.confirm.",
    z.strictObject({
      name: nameSchema,
      publicKey: publicKeySchema,
      clientToken: clientTokenSchema.optional(),
      ...claimShape,
      ...replacingShape,
    }),
    keySchema,
  ),
  "key.get": method(everyRole, "Returns one key.", z.strictObject(target), keySchema),
  "key.confirm": method(
    rolesThatChange,
    "Confirms that the given owner has recorded the key, and returns it. Its client token can no longer create anything.",
    z.strictObject({ ...target, uid: uidSchema, owner: ownerSchema }),
    keySchema,
  ),
  "key.list": method(everyRole, "Returns all keys.", z.strictObject({}), z.array(keySchema)),
  "key.update": method(
    rolesThatChange,
    "Replaces a public key, also on the instances that have it.",
    z.strictObject({ ...target, publicKey: publicKeySchema }),
    keySchema,
  ),
  "key.remove": method(
    rolesThatChange,
    "Removes a key, also from the instances that have it. Succeeds if there is no such key.",
    z.strictObject(target),
    z.object({
      /** False if there was nothing to remove. */
      removed: z.boolean(),
    }),
  ),
};
