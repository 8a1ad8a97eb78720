import type { z } from "zod";

/** One row of the method table: everything that is known of a method except what it does. */
export interface Method {
  /** One sentence, for `system.methodHelp` and the docs. */
  readonly help: string;
  /** The one struct that the method takes. */
  readonly parameters: z.ZodObject;
  readonly result: z.ZodType;
}

/** Declares a row; exists so that each row keeps its own types. */
export function method<P extends z.ZodObject, R extends z.ZodType>(
  help: string,
  parameters: P,
  result: R,
): { readonly help: string; readonly parameters: P; readonly result: R } {
  return { help, parameters, result };
}
