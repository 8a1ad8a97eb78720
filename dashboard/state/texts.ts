import { formatDuration } from "../../protocol/duration";
import type { InstanceType } from "../../protocol/types/instance-type";

/** Returns the time that is left, such as `1h 59m`. @param nowMs the daemon's time. */
export function timeLeft(expiresAt: string | undefined, nowMs: number): string {
  if (expiresAt === undefined) {
    return "no limit";
  }
  const leftMs = Date.parse(expiresAt) - nowMs;
  return leftMs <= 0 ? "ending" : formatDuration(Math.ceil(leftMs / 1000));
}

/** Returns an amount of memory, such as `256 MiB`. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) {
    return "no limit";
  }
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${units[power] ?? ""}`;
}

export function memoryLimit(type: InstanceType | undefined): string {
  return type === undefined ? "unknown" : bytesText(type.memoryBytes);
}

export function cpuLimit(type: InstanceType | undefined): string {
  if (type === undefined) {
    return "unknown";
  }
  return type.cpus === undefined ? "no limit" : String(type.cpus);
}

/** Returns a time of the daemon in the user's form. */
export function timeText(time: string): string {
  return new Date(time).toLocaleString();
}
