import { formatDuration } from "../../protocol/duration";
import type { Instance } from "../../protocol/instance";

/** `lease` for one that lives as long as a test run does. */
export function timeLeft({ expiresAt, lease }: Pick<Instance, "expiresAt" | "lease">): string {
  if (expiresAt === undefined) {
    return lease === undefined ? "-" : "lease";
  }
  const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
  return seconds <= 0 ? "over" : formatDuration(seconds);
}
