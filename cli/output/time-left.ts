import { formatDuration } from "../../protocol/duration";
import type { Instance } from "../../protocol/methods/instance";

/**
 * `lease` for one that lives as long as a test run does.
 *
 * @param nowMs by the daemon's clock.
 */
export function timeLeft({ expiresAt, lease }: Pick<Instance, "expiresAt" | "lease">, nowMs: number): string {
  if (expiresAt === undefined) {
    return lease === undefined ? "-" : "lease";
  }
  const seconds = (Date.parse(expiresAt) - nowMs) / 1000;
  return seconds <= 0 ? "over" : formatDuration(seconds);
}
