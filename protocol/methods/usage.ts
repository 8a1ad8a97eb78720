import * as z from "zod";
import type { InstanceUsage, MeasuredUsage, UsageLimits } from "../types/usage";
import { instanceStatuses } from "./instance";
import { method } from "./method";
import { instanceNameSchema, labelsSchema, nameSchema, timeSchema, uidSchema } from "./values/name";
import { everyRole } from "./values/role";

export type { InstanceUsage, MeasuredUsage, UsageLimits };

const amount = z.number().optional();

const usageSchema = z.object({
  id: z.int(),
  uid: uidSchema,
  name: z.string(),
  status: z.enum(instanceStatuses),
  /** Absent for an instance that does not run, or that could not be measured. */
  used: z
    .object({
      time: timeSchema,
      /** Without the cache of files that the kernel can free at any moment. */
      memoryBytes: amount,
      /** Since the start of the instance. */
      cpuSeconds: amount,
      /** With their threads. */
      processes: amount,
      diskBytes: amount,
    })
    .optional(),
  /** Those of its type. A limit that does not exist is absent. */
  limits: z.object({ memoryBytes: amount, cpus: amount, processes: amount, diskBytes: amount }),
});

export const usageMethods = {
  "instance.usage": method(
    everyRole,
    "Measures memory, processor time and processes of all instances, or of those with all given labels, and returns them with their limits. An amount that is not known is absent. For the processors that an instance uses, divide the difference of two results by that of their times.",
    z.strictObject({
      labels: labelsSchema.optional(),
      /** Only the instance with this id or name. */
      instance: z.union([z.int(), instanceNameSchema]).optional(),
      /** Only the members of this fleet. */
      fleet: nameSchema.optional(),
    }),
    z.array(usageSchema),
  ),
};
