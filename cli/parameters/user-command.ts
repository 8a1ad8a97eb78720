import { z } from "zod";

const separator = "--";

/**
 * A user's command as it stands behind the instance, without the `--` that may stand before it, which commander hands
 * on. Options there would silently become its first word.
 */
export const userCommand = z
  .array(z.string())
  .refine(
    ([first = ""]) => first === separator || !first.startsWith("-"),
    "options stand before the instance, and -- before a command that begins with a dash",
  )
  .transform((words) => (words[0] === separator ? words.slice(1) : words));
