import { z } from "zod";
import { MccError } from "../../../protocol/error";
import { type MethodName, methodTable, type ParsedParameters } from "../../../protocol/methods/method-table";
import { validate } from "../../../protocol/validate";
import type { Caller } from "../../cloud/access/caller";
import type { Claims } from "../../cloud/ownership/claims";
import type { Handlers } from "../handlers";

export type { Caller };

/**
 * Calls a method by name with unchecked parameters.
 *
 * @param signal is aborted when the client hangs up, or its token is revoked. Default: never.
 * @throws MccError and no other error.
 */
export type Dispatch = (
  caller: Caller,
  method: string,
  parameters: readonly unknown[],
  signal?: AbortSignal,
) => Promise<unknown>;

/** One method on the wire: it accepts any parameters and returns a value that can be encoded. */
export type Callable = (
  caller: Caller,
  parameters: readonly unknown[],
  signal: AbortSignal,
) => Promise<unknown>;

const attemptSchema = z.object({
  uid: z.string().optional(),
  attempt: z.string().optional(),
  adopt: z.object({ attempt: z.string() }).optional(),
});

/** The method table in a form in which TypeScript relates each row's name to its handler. */
const rows: {
  readonly [N in MethodName]: {
    readonly parameters: z.ZodType<ParsedParameters<N>>;
    readonly result: z.ZodType;
  };
} = methodTable;

/**
 * Adds the validation of the parameters before the handler, and of the result after it.
 *
 * @param claims is told about the call, which may be an attempt to create something.
 */
export function callable<M extends MethodName>(
  name: M,
  handler: Handlers<MethodName>[M],
  claims: Pick<Claims, "during">,
): Callable {
  const { parameters: schema, result: resultSchema } = rows[name];
  return async (caller, parameters, signal) => {
    const parsed = validate(schema, onlyStruct(name, parameters), name);
    const result = await claims.during(
      caller,
      attemptNames(parsed),
      async () => await handler(caller, parsed, signal),
    );
    return resultSchema.parse(result);
  };
}

/** Returns the values by which the parameters identify an attempt. */
function attemptNames(parameters: object): (string | undefined)[] {
  const { uid, attempt, adopt } = attemptSchema.parse(parameters);
  return [uid, attempt, adopt?.attempt];
}

function onlyStruct(name: MethodName, parameters: readonly unknown[]): unknown {
  const [struct = {}] = parameters;
  if (parameters.length > 1) {
    throw new MccError(
      "invalid",
      `${name} takes one struct, and the call has ${parameters.length} parameters; system.methodHelp lists the struct's members.`,
    );
  }
  return struct;
}
