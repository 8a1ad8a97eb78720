import type { z } from "zod";
import type { Role } from "./values/role";

/** A row of the method table: the description, roles, parameters and result of a method. */
export interface Method {
  /** The roles that may call the method. A `user` may still reach only what is its own. */
  readonly roles: readonly Role[];
  /** The description, for `system.methodHelp` and the docs. */
  readonly help: string;
  /** The struct that is the only parameter of the method. */
  readonly parameters: z.ZodObject;
  readonly result: z.ZodType;
}

/** Declares a row, so that each row keeps its own types. */
export function method<P extends z.ZodObject, R extends z.ZodType>(
  roles: readonly Role[],
  help: string,
  parameters: P,
  result: R,
): { readonly roles: readonly Role[]; readonly help: string; readonly parameters: P; readonly result: R } {
  return { roles, help, parameters, result };
}
