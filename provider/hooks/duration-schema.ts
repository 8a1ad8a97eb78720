import { z } from "zod";
import { durationForm, parseDuration } from "../../protocol/duration";
import { MccError } from "../../protocol/error";

/** A length of time as people write it; becomes whole seconds. */
export const durationSchema = z
  .union([z.string(), z.number()], durationForm)
  .refine(isDuration, { error: durationForm, abort: true })
  .transform((value) => parseDuration(value, "it"));

function isDuration(value: string | number): boolean {
  try {
    parseDuration(value, "it");
    return true;
  } catch (error) {
    if (MccError.hasCode(error, "invalid")) {
      return false;
    }
    throw error;
  }
}
