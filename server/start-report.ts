import { z } from "zod";

/** The single message of a daemon to the process that started it, over Node's IPC channel. */
export const startReportSchema = z.union([
  z.strictObject({ url: z.string() }),
  z.strictObject({ error: z.string() }),
]);
export type StartReport = z.infer<typeof startReportSchema>;

/** Reports to the process that started this one with a channel. A shell and systemd do not. */
export async function reportStart(report: StartReport): Promise<void> {
  if (!process.connected) {
    return;
  }
  await new Promise<void>((resolve) => {
    // If the parent has ended, the daemon still serves.
    process.send?.(report, () => {
      if (process.connected) {
        process.disconnect();
      }
      resolve();
    });
  });
}
