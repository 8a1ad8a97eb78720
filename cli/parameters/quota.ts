import * as z from "zod";
import { longestDurationSeconds } from "../../protocol/duration";
import type { QuotaLimits } from "../../protocol/types/quota";
import { amount, byteCount, duration, wholeNumber } from "./values";

const noLimit = z.literal("none");

/** The options of a quota, under the names of their limits. @param parse what an option accepts in addition. */
function optionsOf<T>(parse: (value: z.ZodType<number, string>) => z.ZodType<T>) {
  return {
    instances: {
      syntax: "--max-instances <N>",
      help: "most instances, also stopped ones",
      value: parse(wholeNumber(0, 1_000_000)),
    },
    memoryBytes: {
      syntax: "--max-memory <SIZE>",
      help: "most memory of all instances together, such as 4GiB; excludes types without a memory limit",
      value: parse(byteCount()),
    },
    cpus: {
      syntax: "--max-processors <N>",
      help: "most processors of all instances together, such as 4 or 1.5",
      value: parse(amount(1_000_000)),
    },
    diskBytes: {
      syntax: "--max-disk <SIZE>",
      help: "most disk of all instances together, such as 20GiB; excludes types without a disk limit",
      value: parse(byteCount()),
    },
    maxTtlSeconds: {
      syntax: "--max-ttl <TIME>",
      help: "longest TTL, such as 4h; nothing can live without a TTL",
      value: parse(duration(longestDurationSeconds)),
    },
    defaultTtlSeconds: {
      syntax: "--default-ttl <TIME>",
      help: "TTL of what is created without one, such as 1h (default: the longest TTL)",
      value: parse(duration(longestDurationSeconds)),
    },
  } as const;
}

/** The limits of a new token. */
export const quotaOptions = optionsOf((value) => value.optional());

/** The limits of an existing token, or `none`. */
export const changedQuotaOptions = optionsOf((value) => value.or(noLimit).optional());

type Given = { readonly [L in keyof QuotaLimits]?: number | "none" | undefined };

/** Returns the limits that are set, and those that are removed. */
export function quotaChange(given: Given): { limits: QuotaLimits; removed: (keyof QuotaLimits)[] } {
  const names = Object.keys(changedQuotaOptions) as (keyof QuotaLimits)[];
  return {
    limits: Object.fromEntries(
      names.flatMap((name) => (typeof given[name] === "number" ? [[name, given[name]]] : [])),
    ),
    removed: names.filter((name) => given[name] === "none"),
  };
}
