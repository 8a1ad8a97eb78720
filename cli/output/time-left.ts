import { formatDuration } from "../../protocol/duration";
import type { Instance } from "../../protocol/methods/instance";

/**
 * Returns the remaining time such as `12m`, `lease` if the lifetime is that of a test run, or `-` for no limit.
 *
 * @param nowMs the time of the daemon's clock.
 */
export function timeLeft({ expiresAt, lease }: Pick<Instance, "expiresAt" | "lease">, nowMs: number): string {
  if (expiresAt === undefined) {
    return lease === undefined ? "-" : "lease";
  }
  const seconds = (Date.parse(expiresAt) - nowMs) / 1000;
  return seconds <= 0 ? "over" : formatDuration(seconds);
}
