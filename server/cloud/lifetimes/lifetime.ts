import { z } from "zod";
import { accountFields } from "../access/account";

/** In milliseconds; half of the largest date, so that the sum and the difference of two times are valid dates. */
export const leaseTimeSchema = z.number().min(0).max(4e15);

/** A time to live, after which the daemon destroys an instance or a fleet. */
export const ttlSchema = z.strictObject({
  seconds: z.int(),
  /** When it expires, by the TTL clock. */
  untilMs: leaseTimeSchema,
});
export type Ttl = z.infer<typeof ttlSchema>;

/** A lease of `lease.open`, as records have it. */
export const heldLeaseSchema = z.strictObject({
  id: z.string(),
  /** How long it lasts after its last renewal. */
  seconds: z.int(),
  ...accountFields,
});
export type HeldLease = z.infer<typeof heldLeaseSchema>;

/** An instance or a fleet that the daemon destroys when its TTL expires or its lease ends. */
export interface Leased {
  readonly uid: string;
  /** For the log: `instance 501 (web)`. */
  readonly title: string;
  readonly ttl?: Ttl | undefined;
  readonly lease?: HeldLease | undefined;
  /**
   * Destroys it in the ordinary way, which repeats a destroy that failed.
   *
   * @param why for clients that wait for it: `its TTL of 2h expired`.
   * @returns the number of instances.
   */
  readonly destroy: (why: string) => Promise<number>;
}
