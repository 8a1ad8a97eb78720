import type { z } from "zod";

/** A row of the method table: the description, parameters and result of a method. */
export interface Method {
  /** The description, for `system.methodHelp` and the docs. */
  readonly help: string;
  /** The struct that is the only parameter of the method. */
  readonly parameters: z.ZodObject;
  readonly result: z.ZodType;
}

/** Declares a row, so that each row keeps its own types. */
export function method<P extends z.ZodObject, R extends z.ZodType>(
  help: string,
  parameters: P,
  result: R,
): { readonly help: string; readonly parameters: P; readonly result: R } {
  return { help, parameters, result };
}
