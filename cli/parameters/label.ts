import * as z from "zod";
import { labelsSchema } from "../../protocol/methods/values/name";

/** Parses `KEY=VALUE` to an object with one label. */
export const labelPair = z
  .string()
  .regex(/^[^=]+=/, "give KEY=VALUE, such as role=web")
  .transform((written) => {
    const split = written.indexOf("=");
    return { [written.slice(0, split)]: written.slice(split + 1) };
  })
  .pipe(labelsSchema);

/** The option that gives labels to something new. */
export const labelsOption = {
  syntax: "-l, --label <KEY=VALUE>",
  help: "label; repeat for several labels",
  value: z
    .array(labelPair)
    .refine((labels) => labelsSchema.safeParse(labelsOf(labels)).success, "at most 64 labels are allowed")
    .default([]),
  several: true,
} as const;

/** Returns all labels as one object. The last value of a key counts. */
export function labelsOf(labels: readonly Record<string, string>[]): Record<string, string> {
  return Object.assign({}, ...labels) as Record<string, string>;
}

/** Checks the key of a label. */
export const labelKey = z
  .string()
  .refine(
    (key) => labelsSchema.safeParse({ [key]: "" }).success,
    "a label's key has 1 to 63 characters of A-Z, a-z, 0-9, ., _, / and -, and starts and ends with a letter or a digit",
  );
