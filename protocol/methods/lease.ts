import { z } from "zod";
import { longestDurationSeconds } from "../duration";
import { method } from "./method";
import { uidSchema } from "./name";

/** How long something lives after it was made, or its ttl was last renewed. */
export const ttlSecondsSchema = z
  .int()
  .min(1, "a ttl is 1 second at least")
  .max(longestDurationSeconds, `a ttl is ${longestDurationSeconds} seconds (ten years) at most`);

const target = { lease: uidSchema, serverId: uidSchema.optional() };

export const leaseMethods = {
  "lease.open": method(
    "Opens a lease that lives as long as it is renewed. What is created with it is destroyed when it ends.",
    z.strictObject({
      /** How long it lives after the last renewal. */
      seconds: z.int().min(2).max(3600).default(8),
    }),
    z.object({ lease: uidSchema, seconds: z.int() }),
  ),
  "lease.renew": method(
    "Lets a lease live on; one that has ended, or is another server's, is not-found.",
    z.strictObject(target),
    z.object({ seconds: z.int() }),
  ),
  "lease.end": method(
    "Ends a lease and returns when everything that hangs on it is gone; ended already is success.",
    z.strictObject(target),
    z.object({
      /** How many instances were destroyed. */
      destroyed: z.int(),
    }),
  ),
};
