import * as z from "zod";

const separator = "--";

/**
 * Parses the user's command after the instance, and removes a leading `--`, which commander passes on. Refuses options
 * of mcc in this position, because they would silently become part of the command.
 */
export const userCommand = z
  .array(z.string())
  .refine(
    ([first = ""]) => first === separator || !first.startsWith("-"),
    "give options before the instance, and -- before a command that starts with a dash",
  )
  .transform((words) => (words[0] === separator ? words.slice(1) : words));
