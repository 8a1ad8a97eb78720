import * as z from "zod";
import { longestDurationSeconds } from "../duration";
import type { AccessToken } from "../types/access-token";
import { method } from "./method";
import { quotaLimitSchema, quotaLimitsSchema, quotaSchema } from "./quota";
import { nameSchema, timeSchema } from "./values/name";
import { adminOnly, roles } from "./values/role";

export type { AccessToken };

/** The account of the local admin's token, of anonymous clients, and of records of earlier releases. */
export const adminAccount = "admin";

/** The longest time for which a replaced text is also accepted. */
export const longestGraceSeconds = 7 * 86_400;

/** Checks the name of a token. It is also the account of what the token creates. */
export const accessTokenNameSchema = nameSchema;

/** The limit of a certificate in PEM, in characters. */
const longestCertificate = 65_536;

export const roleSchema = z.enum(roles);

const accessTokenSchema = z.object({
  name: z.string(),
  role: roleSchema,
  createdAt: timeSchema,
  rotatedAt: timeSchema.optional(),
  expiresAt: timeSchema.optional(),
  previousUntil: timeSchema.optional(),
  certificate: z.object({ fingerprint: z.string(), validFrom: timeSchema, expiresAt: timeSchema }).optional(),
  quota: quotaSchema.optional(),
});

const newAccessTokenSchema = accessTokenSchema.extend({ token: z.string() });

const lifetimeSecondsSchema = z
  .int()
  .min(1, "a lifetime is at least 1 second")
  .max(longestDurationSeconds, `a lifetime is at most ${longestDurationSeconds} seconds (ten years)`);

const target = { name: accessTokenNameSchema };

export const accessTokenMethods = {
  "accessToken.add": method(
    adminOnly,
    "Creates an access token, and returns its text, which no other call returns. What tokens of this name created before belongs to it.",
    z.strictObject({
      ...target,
      role: roleSchema,
      /** Default: it never expires. */
      lifetimeSeconds: lifetimeSecondsSchema.optional(),
      /** The limits of the account. Those that are not given stay, if there was a token of this name. */
      limits: quotaLimitsSchema.optional(),
    }),
    newAccessTokenSchema,
  ),
  "accessToken.list": method(
    adminOnly,
    "Returns all access tokens without their texts, also expired ones.",
    z.strictObject({}),
    z.array(accessTokenSchema),
  ),
  "accessToken.revoke": method(
    adminOnly,
    "Removes an access token: no call is accepted with it any more, and calls with it that wait are ended. What it created stays. Succeeds if there is no such token.",
    z.strictObject(target),
    z.object({
      /** False if there was nothing to revoke. */
      revoked: z.boolean(),
    }),
  ),
  "accessToken.rotate": method(
    adminOnly,
    "Replaces the text of an access token, and returns the new one. The token keeps its name, its role and everything that it created.",
    z.strictObject({
      ...target,
      /** Default: the lifetime that the token has had so far. */
      lifetimeSeconds: lifetimeSecondsSchema.optional(),
      /** How long the previous text is also accepted. */
      graceSeconds: z.int().min(0).max(longestGraceSeconds).default(0),
    }),
    newAccessTokenSchema,
  ),
  "accessToken.setCertificate": method(
    adminOnly,
    "Accepts a client certificate in place of the text of a token, in addition to it; without a certificate, none any more. It is recognised by its SHA-256, so it may be self-signed.",
    z.strictObject({
      ...target,
      certificate: z.string().max(longestCertificate).optional(),
    }),
    accessTokenSchema,
  ),
  "accessToken.setQuota": method(
    adminOnly,
    "Changes the limits on what the account of an access token may have. Limits that are neither given nor removed stay. A quota below what the account has destroys nothing, and refuses more. It stays when the token is rotated or revoked.",
    z.strictObject({
      ...target,
      limits: quotaLimitsSchema.default({}),
      removed: z.array(quotaLimitSchema).default([]),
    }),
    accessTokenSchema,
  ),
};
