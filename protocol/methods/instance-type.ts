import * as z from "zod";
import { method } from "./method";
import { typeNameSchema } from "./values/name";
import { everyRole } from "./values/role";

export type { InstanceType } from "../types/instance-type";

const limitsShape = {
  memoryBytes: z
    .number()
    .int()
    .min(4 * 1024 * 1024, "memoryBytes must be at least 4194304 (4 MiB)")
    .optional(),
  /** Of one processor each: 0.5 is half a core. */
  cpus: z.number().min(0.01).max(1024).optional(),
  processes: z.int().min(8).optional(),
  /** In addition to the image. */
  diskBytes: z
    .int()
    .min(4 * 1024 * 1024, "diskBytes must be at least 4194304 (4 MiB)")
    .optional(),
};

/** The resources that an instance type can limit. */
export type LimitName = keyof typeof limitsShape;
export const limitNames: readonly LimitName[] = z.keyof(z.object(limitsShape)).options;

/** A named size. A limit that is left out does not exist. */
export const instanceTypeSchema = z.strictObject({ name: typeNameSchema, ...limitsShape });

export const instanceTypeMethods = {
  "type.list": method(
    everyRole,
    "Returns the instance types.",
    z.strictObject({}),
    // Not strict, because a newer daemon can return more fields.
    z.array(z.object(instanceTypeSchema.shape)),
  ),
};
