import { z } from "zod";
import { MccError } from "../../protocol/error";
import { type MethodName, methodTable, type ParsedParameters } from "../../protocol/methods/method-table";
import { validate } from "../../protocol/validate";
import type { Claims } from "../cloud/ownership/claims";
import type { Handlers } from "./handlers";

/**
 * Calls a method by name with parameters as they came.
 *
 * @param signal comes when the client has hung up. Default: it never does.
 * @throws MccError and nothing else.
 */
export type Dispatch = (
  method: string,
  parameters: readonly unknown[],
  signal?: AbortSignal,
) => Promise<unknown>;

/** One method as the wire calls it: whatever came in, a value that can be encoded out. */
export type Callable = (parameters: readonly unknown[], signal: AbortSignal) => Promise<unknown>;

const attemptSchema = z.object({
  uid: z.string().optional(),
  attempt: z.string().optional(),
  adopt: z.object({ attempt: z.string() }).optional(),
});

/** The method table in the form in which TypeScript follows a row from its name to its handler. */
const rows: {
  readonly [N in MethodName]: {
    readonly parameters: z.ZodType<ParsedParameters<N>>;
    readonly result: z.ZodType;
  };
} = methodTable;

/**
 * Puts the row's validation before the handler, and what the row promises behind it.
 *
 * @param claims hears of the call, which may be one of an attempt to create something.
 */
export function callable<M extends MethodName>(
  name: M,
  handler: Handlers<MethodName>[M],
  claims: Pick<Claims, "during">,
): Callable {
  const { parameters: schema, result: resultSchema } = rows[name];
  return async (parameters, signal) => {
    const parsed = validate(schema, onlyStruct(name, parameters), name);
    const result = await claims.during(attemptNames(parsed), async () => await handler(parsed, signal));
    return resultSchema.parse(result);
  };
}

/** By what the parameters name an attempt. */
function attemptNames(parameters: object): (string | undefined)[] {
  const { uid, attempt, adopt } = attemptSchema.parse(parameters);
  return [uid, attempt, adopt?.attempt];
}

function onlyStruct(name: MethodName, parameters: readonly unknown[]): unknown {
  const [struct = {}] = parameters;
  if (parameters.length > 1) {
    throw new MccError(
      "invalid",
      `${name} takes one struct, and ${parameters.length} parameters came; system.methodHelp says what goes into it.`,
    );
  }
  return struct;
}
