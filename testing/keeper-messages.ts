import { z } from "zod";

/** The order for the process that renews a lease. It is sent through the channel, because it can contain a token. */
export const keeperOrderSchema = z.strictObject({
  server: z.string(),
  token: z.string().optional(),
  /** The time from the last renewal until the lease ends. */
  seconds: z.int(),
  renewEveryMs: z.int(),
});
export type KeeperOrder = z.infer<typeof keeperOrderSchema>;

/** The report of that process: the lease that it opened, or the reason why it has ended. */
export const keeperReportSchema = z.union([
  z.strictObject({ lease: z.string() }),
  z.strictObject({ ended: z.string() }),
]);
export type KeeperReport = z.infer<typeof keeperReportSchema>;
