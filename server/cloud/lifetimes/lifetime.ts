import { z } from "zod";
import { accountFields } from "../access/account";

/** In milliseconds; half of the largest date, so that the sum and the difference of two times are valid dates. */
export const leaseTimeSchema = z.number().min(0).max(4e15);

/** A time to live, after which the daemon destroys an instance or a fleet. */
export const ttlSchema = z.strictObject({
  seconds: z.int(),
  /** When it expires, by the TTL clock. */
  untilMs: leaseTimeSchema,
  /** Whether the quota of the account gave it, and no client. */
  imposed: z.literal(true).optional(),
});
export type Ttl = z.infer<typeof ttlSchema>;
/** A TTL that does not count yet. */
export type Term = Omit<Ttl, "untilMs">;

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
  /** For the audit log: the method that clients destroy it with, and what names it. */
  readonly method: "instance.destroy" | "fleet.destroy";
  readonly subject: Readonly<Record<string, string | number>>;
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
