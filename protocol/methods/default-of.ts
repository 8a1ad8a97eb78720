import { z } from "zod";
import { type MethodName, methodTable, type ParsedParameters } from "./method-table";

/**
 * What a method takes for a parameter that is left out. The schema alone holds a default: code that shows it or
 * calculates with it asks here.
 *
 * @throws Error for a parameter without a default.
 */
export function defaultOf<M extends MethodName, P extends string & keyof ParsedParameters<M>>(
  method: M,
  parameter: P,
): NonNullable<ParsedParameters<M>[P]> {
  return anyDefaultOf(method, parameter) as NonNullable<ParsedParameters<M>[P]>;
}

/** The same where it is not known at compile time which parameter of which method is asked for. */
export function anyDefaultOf(method: MethodName, parameter: string): unknown {
  const { shape }: z.ZodObject = methodTable[method].parameters;
  const schema: unknown = shape[parameter];
  if (!(schema instanceof z.ZodDefault)) {
    throw new Error(`${method} has no default for ${parameter}`);
  }
  return schema.parse(undefined);
}
