import { readFile } from "node:fs/promises";
import { uptime } from "node:os";

/** The clocks of the host. */
export interface Clock {
  /** Changes at each boot of the host. */
  readonly bootId: string;
  /** Milliseconds since the boot, including sleep; it cannot be set. */
  uptimeMs(): number;
  /** Milliseconds since 1970; it jumps when it is set. */
  wallMs(): number;
}

export async function systemClock(): Promise<Clock> {
  return {
    bootId: (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim(),
    uptimeMs: () => uptime() * 1000,
    wallMs: () => Date.now(),
  };
}
