import * as z from "zod";

export type { Problem } from "../types/problem";

/** A reason why a create would fail. */
const problemSchema = z.object({
  /** The parameter that causes it. */
  parameter: z.string(),
  message: z.string(),
});

export const problemsSchema = z.object({ problems: z.array(problemSchema) });
