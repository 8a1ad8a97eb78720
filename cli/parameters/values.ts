import { z } from "zod";
import { durationSeconds, formatDuration } from "../../protocol/duration";
import { nameSchema } from "../../protocol/methods/name";

/** Given or not. */
export const flag = z.boolean().default(false);

export const text = z.string().min(1, "it is empty");

const instanceHint = "an instance goes by its id or its name; list-instances shows both";

/** An id or a name of an instance. Ids have the form of names; with a 0 before it is neither. */
export const instanceText = nameText(instanceHint).regex(/^(?!0\d*$)/, instanceHint);

export const fleetName = nameText("a fleet goes by its name; list-fleets shows it");

/** What users know by `--public-key` elsewhere is a key's text, so a file or a text may come. */
const keyName = nameText("give the name of a key that list-keys shows; add-key gives a key its name");

export const keyNames = z
  .array(keyName)
  .refine((names) => new Set(names).size === names.length, "name each key once");

/** @param hint where to find one. */
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

/** A length of time such as `2m`, in seconds. @param leastSeconds 0 where `0` means something. */
export function duration(mostSeconds: number, leastSeconds = 1): z.ZodType<number, string> {
  const message = `give a length of time such as 45s, 2m, 1h or a number of seconds, ${formatDuration(mostSeconds)} at most`;
  return z.string().transform((written, context) => {
    const seconds = durationSeconds(written, leastSeconds);
    if (seconds !== undefined && seconds <= mostSeconds) {
      return seconds;
    }
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}
