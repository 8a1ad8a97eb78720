import { z } from "zod";
import type { Method } from "../../protocol/methods/method";

/** The description of a method for `system.*`. */
export interface Description {
  readonly help: string;
  /** Every way to call it: the type of the result, then the types of the parameters. */
  readonly signatures: readonly (readonly string[])[];
}

export function describeMethod(method: Method): Description {
  const result = method.result instanceof z.ZodArray ? "array" : "struct";
  const names = Object.entries(method.parameters.shape).map(([name, schema]) =>
    z.safeParse(schema, undefined).success ? `${name}?` : name,
  );
  const withStruct = [result, "struct"];
  const mayBeLeftOut = method.parameters.safeParse({}).success;
  return {
    help: names.length === 0 ? method.help : `${method.help} Takes a struct of ${names.join(", ")}.`,
    signatures: mayBeLeftOut ? [[result], withStruct] : [withStruct],
  };
}
