import { z } from "zod";

/** Why a create would fail, whatever has been destroyed before it. */
const problemSchema = z.object({
  /** The parameter that it lies in. */
  parameter: z.string(),
  message: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

export const problemsSchema = z.object({ problems: z.array(problemSchema) });
