import * as z from "zod";
import { longestDurationSeconds } from "../duration";
import { method } from "./method";
import { uidSchema } from "./values/name";
import { rolesThatChange } from "./values/role";

/** The seconds from creation, or from the last extend, until the daemon destroys the object. */
export const ttlSecondsSchema = z
  .int()
  .min(1, "a ttl is at least 1 second")
  .max(longestDurationSeconds, `a ttl is at most ${longestDurationSeconds} seconds (ten years)`);

/** A ttl in place of another one, or 0 for none. */
export const newTtlSecondsSchema = z.union(
  [z.literal(0), ttlSecondsSchema],
  "expected 0, or a ttl in whole seconds",
);

const target = { lease: uidSchema, serverId: uidSchema.optional() };

export const leaseMethods = {
  "lease.open": method(
    rolesThatChange,
    "Opens a lease, which ends if it is not renewed in time. Instances and fleets that are created with it are destroyed when it ends.",
    z.strictObject({
      /** The time from the last renewal until the lease ends. */
      seconds: z.int().min(2).max(3600).default(8),
    }),
    z.object({ lease: uidSchema, seconds: z.int() }),
  ),
  "lease.renew": method(
    rolesThatChange,
    "Renews a lease. The fault is not-found if it has ended, or belongs to another server.",
    z.strictObject(target),
    z.object({ seconds: z.int() }),
  ),
  "lease.end": method(
    rolesThatChange,
    "Ends a lease, and returns when its instances and fleets are gone. Succeeds if it has already ended.",
    z.strictObject(target),
    z.object({
      /** How many instances were destroyed. */
      destroyed: z.int(),
    }),
  ),
};
