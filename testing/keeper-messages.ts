import * as z from "zod";

/** The order for the process that renews a lease. It is sent through the channel, because it can contain a token. */
export const keeperOrderSchema = z.strictObject({
  server: z.string(),
  token: z.string().optional(),
  lease: z.string(),
  renewEveryMs: z.int(),
});
export type KeeperOrder = z.infer<typeof keeperOrderSchema>;

/** The report of that process: it renews the lease, or the reason why it has ended. */
export const keeperReportSchema = z.union([
  z.strictObject({ renews: z.literal(true) }),
  z.strictObject({ ended: z.string() }),
]);
export type KeeperReport = z.infer<typeof keeperReportSchema>;
