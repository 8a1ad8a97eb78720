import { z } from "zod";

export type { Problem } from "../types/problem";

/** Why a create would fail, whatever has been destroyed before it. */
const problemSchema = z.object({
  /** The parameter that it lies in. */
  parameter: z.string(),
  message: z.string(),
});

export const problemsSchema = z.object({ problems: z.array(problemSchema) });
