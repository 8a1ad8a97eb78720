import { z } from "zod";

/** In milliseconds; half of what a date can be, so that sums and differences of two still are dates. */
export const leaseTimeSchema = z.number().min(0).max(4e15);

/** A length of life that the daemon itself ends. */
export const ttlSchema = z.strictObject({
  seconds: z.int(),
  /** When it is over, by the lease clock. */
  untilMs: leaseTimeSchema,
});
export type Ttl = z.infer<typeof ttlSchema>;

/** A lease of lease.open, as what hangs on it remembers it. */
export const heldLeaseSchema = z.strictObject({
  id: z.string(),
  /** How long it lives after its last renewal. */
  seconds: z.int(),
});
export type HeldLease = z.infer<typeof heldLeaseSchema>;

/** What the daemon destroys when its ttl is over, or its lease ends. */
export interface Leased {
  readonly uid: string;
  /** For the log: `instance 501 (web)`. */
  readonly title: string;
  readonly ttl?: Ttl | undefined;
  readonly lease?: HeldLease | undefined;
  /**
   * Destroys it in the ordinary way, which tries again by itself what failed.
   *
   * @param why for whoever still waits for it: `its ttl of 2h is over`.
   * @returns how many instances that were.
   */
  readonly destroy: (why: string) => Promise<number>;
}
