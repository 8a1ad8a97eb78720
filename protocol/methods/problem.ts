import { z } from "zod";

/** A reason why a create would fail. */
const problemSchema = z.object({
  /** The parameter that causes it. */
  parameter: z.string(),
  message: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

export const problemsSchema = z.object({ problems: z.array(problemSchema) });
