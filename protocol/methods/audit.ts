import * as z from "zod";
import type { AuditEntry } from "../types/audit";
import { accessTokenNameSchema, roleSchema } from "./access-token";
import { method } from "./method";
import { timeSchema } from "./values/name";
import { adminOnly } from "./values/role";

export type { AuditEntry };

export const largestAuditAnswer = 1000;

export const auditEntrySchema = z.object({
  time: timeSchema,
  account: z.string().optional(),
  role: roleSchema.optional(),
  from: z.string().optional(),
  method: z.string(),
  subject: z.record(z.string(), z.union([z.string(), z.number()])),
  result: z.string(),
  ms: z.number(),
  reason: z.string().optional(),
});

export const auditMethods = {
  "audit.list": method(
    adminOnly,
    "Returns the latest entries of the audit log, the oldest of them first: who changed what, from where, and with what result. Older entries are in rotated files, of which the daemon keeps ten.",
    z.strictObject({
      account: accessTokenNameSchema.optional(),
      /** A method, or a noun such as `instance`. */
      method: z
        .string()
        .regex(
          /^[a-zA-Z]+(\.[a-zA-Z_]+)?$/,
          "expected a method such as instance.destroy, or a noun such as instance",
        )
        .optional(),
      /** An id or a name. */
      subject: z.string().min(1).max(128).optional(),
      failed: z.boolean().default(false),
      since: timeSchema.optional(),
      until: timeSchema.optional(),
      limit: z.int().min(1).max(largestAuditAnswer).default(100),
    }),
    z.array(auditEntrySchema),
  ),
};
