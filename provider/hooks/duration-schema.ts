import { z } from "zod";
import { durationForm, durationSeconds } from "../../protocol/duration";

/** A length of time as people write it; becomes whole seconds. */
export const durationSchema = z.union([z.string(), z.number()], durationForm).transform((value, context) => {
  const seconds = durationSeconds(value);
  if (seconds === undefined) {
    context.addIssue({ code: "custom", message: durationForm });
    return z.NEVER;
  }
  return seconds;
});
