import { formatDuration } from "../../protocol/duration";
import type { InstanceType } from "../../protocol/types/instance-type";

const noLimit = "no limit";
const unknown = "unknown";

/** Returns the time that is left, such as `1h 59m`. @param nowMs the daemon's time. */
export function timeLeft(expiresAt: string | undefined, nowMs: number): string {
  if (expiresAt === undefined) {
    return noLimit;
  }
  const leftMs = Date.parse(expiresAt) - nowMs;
  return leftMs <= 0 ? "ending" : formatDuration(Math.ceil(leftMs / 1000));
}

/** Returns an amount of memory, such as `256 MiB`. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) {
    return noLimit;
  }
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const amount = bytes / 1024 ** power;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${units[power] ?? ""}`;
}

export function memoryLimit(type: InstanceType | undefined): string {
  return type === undefined ? unknown : bytesText(type.memoryBytes);
}

export function cpuLimit(type: InstanceType | undefined): string {
  if (type === undefined) {
    return unknown;
  }
  return type.cpus === undefined ? noLimit : cpusText(type.cpus);
}

/** Returns a share of a processor, such as `50 %`, or of several, such as `200 %`. */
export function cpusText(cpus: number): string {
  return `${Math.round(cpus * 100)} %`;
}

/** Returns how many of all are shown. @param noun what they are, in the singular. */
export function countText(chosen: number, all: number, noun: string): string {
  const counted = `${all} ${noun}${all === 1 ? "" : "s"}.`;
  if (all === 0) {
    return `There are no ${noun}s.`;
  }
  return chosen === all ? counted : `${chosen} of ${all} ${noun}s.`;
}

/** Returns what is used of a limit. @param used undefined if it is not known. */
export function ofLimit(used: string | undefined, limit: string): string {
  const isAmount = limit !== noLimit && limit !== unknown;
  if (used === undefined) {
    return isAmount ? `at most ${limit}` : limit;
  }
  return isAmount ? `${used} of ${limit}` : used;
}

/** Returns a time of the daemon in the user's form. */
export function timeText(time: string): string {
  return new Date(time).toLocaleString();
}
