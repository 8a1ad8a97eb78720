import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { MccError } from "../../protocol/error";
import { validate } from "../../protocol/validate";
import type { Dispatch } from "./callable";
import type { Description } from "./description";
import type { PositionalMethod } from "./positional-method";

export interface SystemOptions {
  readonly dispatch: Dispatch;
  /** Of all methods. */
  readonly names: () => string[];
  /** @throws MccError `not-found`. */
  readonly describe: (method: string) => Description;
}

/** They are made one after the other, and one request shall not go on for ever. */
const mostCalls = 100;
/** All results are in memory until the last call was made. */
const mostResultCharacters = 32 * 1024 * 1024;

const callsSchema = z
  .array(z.strictObject({ methodName: z.string(), params: z.array(z.unknown()).default([]) }))
  .max(mostCalls, `there are ${mostCalls} calls at most`);

const nothing = z.tuple([], "it takes no parameters");
const methodName = z.tuple([z.string()], "it takes one parameter, the name of a method");

const capabilities = {
  xmlrpc: { specUrl: "http://xmlrpc.com/spec.md", specVersion: 1 },
  introspection: { specUrl: "http://xmlrpc-c.sourceforge.net/introspection.html", specVersion: 1 },
};

/** What XML-RPC servers tell about themselves by custom. */
export function systemMethods({
  dispatch,
  names,
  describe,
}: SystemOptions): Record<string, PositionalMethod> {
  return {
    "system.listMethods": systemMethod("Returns the names of all methods.", [["array"]], nothing, () =>
      names(),
    ),
    "system.methodSignature": systemMethod(
      "Returns every way to call the named method: the type of the result, then those of the parameters.",
      [["array", "string"]],
      methodName,
      ([name]) => describe(name).signatures,
    ),
    "system.methodHelp": systemMethod(
      "Says what the named method does and takes; ? marks what may be left out.",
      [["string", "string"]],
      methodName,
      ([name]) => describe(name).help,
    ),
    "system.multicall": systemMethod(
      `Makes up to ${mostCalls} calls, structs of methodName and params, one after the other. Returns for each an array of its result, or a struct of faultCode and faultString.`,
      [["array", "array"]],
      z.tuple([callsSchema], "it takes one parameter, an array of calls"),
      ([calls], signal) => makeCalls(calls, dispatch, signal),
    ),
    "system.getCapabilities": systemMethod(
      "Returns the conventions that this server keeps to.",
      [["struct"]],
      nothing,
      () => capabilities,
    ),
  };
}

function systemMethod<S extends z.ZodType>(
  help: string,
  signatures: Description["signatures"],
  schema: S,
  call: (parameters: z.output<S>, signal: AbortSignal) => unknown,
): PositionalMethod {
  return {
    help,
    signatures,
    call: async (name, parameters, signal) => await call(validate(schema, parameters, name), signal),
  };
}

async function makeCalls(
  calls: z.output<typeof callsSchema>,
  dispatch: Dispatch,
  signal: AbortSignal,
): Promise<unknown[]> {
  const results: unknown[] = [];
  let characters = 0;
  for (const { methodName, params } of calls) {
    if (characters > mostResultCharacters) {
      results.push(faultOf(tooMuch(methodName)));
      continue;
    }
    const result = await makeCall(methodName, params, dispatch, signal);
    results.push(result);
    characters += JSON.stringify(result).length;
    // A hundred lists in a row would leave nothing of the event loop to others.
    await setImmediate();
  }
  return results;
}

async function makeCall(
  method: string,
  parameters: unknown[],
  dispatch: Dispatch,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    if (method === "system.multicall") {
      throw new MccError("invalid", "system.multicall does not call itself; put all calls into one array.");
    }
    return [await dispatch(method, parameters, signal)];
  } catch (error) {
    if (MccError.isInstance(error)) {
      return faultOf(error);
    }
    throw error;
  }
}

function faultOf({ fault, message }: MccError): { faultCode: number; faultString: string } {
  return { faultCode: fault, faultString: message };
}

function tooMuch(method: string): MccError {
  return new MccError(
    "exhausted",
    `${method} was not called: the results of the calls before it are too long together; make it in a call of its own.`,
  );
}
