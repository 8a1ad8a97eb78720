import { readFile } from "node:fs/promises";
import { uptime } from "node:os";

/** What the host knows of time. */
export interface Clock {
  /** Another one each time the host is started. */
  readonly bootId: string;
  /** Milliseconds since that start, sleep included; never set by anybody. */
  uptimeMs(): number;
  /** Milliseconds since 1970; it jumps when somebody sets it. */
  wallMs(): number;
}

export async function systemClock(): Promise<Clock> {
  return {
    bootId: (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim(),
    uptimeMs: () => uptime() * 1000,
    wallMs: () => Date.now(),
  };
}
