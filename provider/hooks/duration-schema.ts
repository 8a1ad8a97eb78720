import * as z from "zod";
import { durationForm, durationSeconds } from "../../protocol/duration";

/** Parses a duration to whole seconds. */
export const durationSchema = z.union([z.string(), z.number()], durationForm).transform((value, context) => {
  const seconds = durationSeconds(value);
  if (seconds === undefined) {
    context.addIssue({ code: "custom", message: durationForm });
    return z.NEVER;
  }
  return seconds;
});
