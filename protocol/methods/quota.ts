import * as z from "zod";
import type { Quota, QuotaLimit, QuotaLimits, QuotaUse } from "../types/quota";
import { ttlSecondsSchema } from "./lease";

export type { Quota, QuotaLimit, QuotaLimits, QuotaUse };

const mostInstances = 1_000_000;
const mostProcessors = 1_000_000;
const bytesSchema = z.int().min(0);

/** Checks the limits of an account. */
export const quotaLimitsSchema = z.strictObject({
  instances: z.int().min(0).max(mostInstances).optional(),
  memoryBytes: bytesSchema.optional(),
  cpus: z.number().min(0).max(mostProcessors).optional(),
  diskBytes: bytesSchema.optional(),
  maxTtlSeconds: ttlSecondsSchema.optional(),
  defaultTtlSeconds: ttlSecondsSchema.optional(),
});

/** The name of a limit. */
export const quotaLimitSchema = z.keyof(quotaLimitsSchema);

/** A quota as results have it. Not strict, because a newer daemon can return more fields. */
export const quotaSchema = z.object({
  limits: z.object(quotaLimitsSchema.shape),
  used: z.object({
    instances: z.int(),
    memoryBytes: z.number().optional(),
    cpus: z.number().optional(),
    diskBytes: z.number().optional(),
  }),
});

/** The limits on what the instances of an account have together. */
export type SizeLimit = keyof QuotaUse;
