import { z } from "zod";

/** What a daemon that was started by another process tells it, once, over Node's IPC channel. */
export const startReportSchema = z.union([
  z.strictObject({ url: z.string() }),
  z.strictObject({ error: z.string() }),
]);
export type StartReport = z.infer<typeof startReportSchema>;

/** Tells the process that started this one with a channel; a shell and systemd give none. */
export async function reportStart(report: StartReport): Promise<void> {
  if (!process.connected) {
    return;
  }
  await new Promise<void>((resolve) => {
    // A parent that has gone meanwhile is no reason to end: the daemon was asked for.
    process.send?.(report, () => {
      if (process.connected) {
        process.disconnect();
      }
      resolve();
    });
  });
}
