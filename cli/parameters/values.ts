import * as z from "zod";
import { bytesOf } from "../../protocol/bytes";
import { durationSeconds, formatDuration } from "../../protocol/duration";
import { nameSchema } from "../../protocol/methods/values/name";

/** Parses an option without a value. */
export const flag = z.boolean().default(false);

export const text = z.string().min(1, "it is empty");

const instanceHint = "give the id or the name of an instance; list-instances shows both";

/** Parses the id or name of an instance. Ids have the form of names. Digits after a leading 0 are neither. */
export const instanceText = nameText(instanceHint).regex(/^(?!0\d*$)/, instanceHint);

export const fleetName = nameText("give the name of a fleet; list-fleets shows them");

/** Parses the name of a key. The message helps users who give a file or a text, as `--public-key` of add-key takes. */
const keyName = nameText(
  "give the name of a key, not a file or a text; list-keys shows the names, add-key adds a key",
);

export const keyNames = z
  .array(keyName)
  .refine((names) => new Set(names).size === names.length, "name each key once");

/** Parses a name. @param hint how to find a valid name, for the error message. */
function nameText(hint: string): z.ZodString {
  return z.string().refine((written) => nameSchema.safeParse(written).success, hint);
}

export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const message = `give a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

/** Parses a duration such as `2m` to seconds, and `never` to 0. */
export function durationOrNever(mostSeconds: number): z.ZodType<number, string> {
  const message = `give a duration such as 45m or 2h, ${formatDuration(mostSeconds)} at most, or never`;
  return z.string().transform((written, context) => {
    const parsed = written === "never" ? { data: 0 } : duration(mostSeconds).safeParse(written);
    if (parsed.data === undefined) {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return parsed.data;
  });
}

/** Parses a duration such as `2m` to seconds. @param leastSeconds the minimum; 0 to allow `0`. */
export function duration(mostSeconds: number, leastSeconds = 1): z.ZodType<number, string> {
  const message = `give a duration such as 45s, 2m, 1h or a number of seconds, ${formatDuration(mostSeconds)} at most`;
  return z.string().transform((written, context) => {
    const seconds = durationSeconds(written, leastSeconds);
    if (seconds !== undefined && seconds <= mostSeconds) {
      return seconds;
    }
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** Parses a number of things that can be divided, such as `1.5` processors. */
export function amount(most: number): z.ZodType<number, string> {
  const message = `give a number from 0 to ${most}, with at most three digits after the point`;
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?$/, message)
    .transform(Number)
    .refine((number) => number <= most, message);
}

/** Parses a size such as `4GiB` to bytes. */
export function byteCount(): z.ZodType<number, string> {
  return z.string().transform((written, context) => {
    const bytes = bytesOf(written);
    if (bytes !== undefined) {
      return bytes;
    }
    context.addIssue({ code: "custom", message: "give a size such as 512MiB, 4GiB or 1.5TiB" });
    return z.NEVER;
  });
}
