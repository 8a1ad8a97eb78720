import { z } from "zod";

/** What the process that keeps a lease is told. It comes through the channel, as a token is nothing for a command line. */
export const keeperOrderSchema = z.strictObject({
  server: z.string(),
  token: z.string().optional(),
  lease: z.string(),
  /** How often it renews the lease. */
  renewEveryMs: z.int(),
});
export type KeeperOrder = z.infer<typeof keeperOrderSchema>;

/** What it says: once that it renews, or why it does so no longer. */
export const keeperReportSchema = z.union([
  z.strictObject({ renews: z.literal(true) }),
  z.strictObject({ ended: z.string() }),
]);
export type KeeperReport = z.infer<typeof keeperReportSchema>;
