import * as z from "zod";
import { type MethodName, methodTable, type ParsedParameters } from "./method-table";

/**
 * Returns the default of a parameter. Only the schema defines defaults, so all code that shows or uses a default
 * calls this function.
 *
 * @throws Error for a parameter without a default.
 */
export function defaultOf<M extends MethodName, P extends string & keyof ParsedParameters<M>>(
  method: M,
  parameter: P,
): NonNullable<ParsedParameters<M>[P]> {
  return anyDefaultOf(method, parameter) as NonNullable<ParsedParameters<M>[P]>;
}

/** Returns the default of a parameter that is not known at compile time. @throws Error without a default. */
export function anyDefaultOf(method: MethodName, parameter: string): unknown {
  const { shape }: z.ZodObject = methodTable[method].parameters;
  const schema: unknown = shape[parameter];
  if (!(schema instanceof z.ZodDefault)) {
    throw new Error(`${method} has no default for ${parameter}`);
  }
  return schema.parse(undefined);
}
