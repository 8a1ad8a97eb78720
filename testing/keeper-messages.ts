import { z } from "zod";

/** What the process that keeps a lease is told. It comes through the channel, as a token is nothing for a command line. */
export const keeperOrderSchema = z.strictObject({
  server: z.string(),
  token: z.string().optional(),
  /** How long the lease lives after its last renewal. */
  seconds: z.int(),
  renewEveryMs: z.int(),
});
export type KeeperOrder = z.infer<typeof keeperOrderSchema>;

/** What it says: once the lease that it opened, or why it keeps none. */
export const keeperReportSchema = z.union([
  z.strictObject({ lease: z.string() }),
  z.strictObject({ ended: z.string() }),
]);
export type KeeperReport = z.infer<typeof keeperReportSchema>;
