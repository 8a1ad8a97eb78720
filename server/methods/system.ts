import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { MccError } from "../../protocol/error";
import { everyRole } from "../../protocol/methods/values/role";
import { validate } from "../../protocol/validate";
import { mostCalls } from "../../protocol/wire/message-limits";
import type { Caller } from "../cloud/access/caller";
import { CallBudget } from "./calls/call-budget";
import type { Dispatch } from "./calls/callable";
import type { PositionalMethod } from "./calls/positional-method";
import type { Description } from "./description";

export interface SystemOptions {
  readonly dispatch: Dispatch;
  /** Returns the names of all methods. */
  readonly names: () => string[];
  /** @throws MccError `not-found`. */
  readonly describe: (method: string) => Description;
}

const callsSchema = z
  .array(z.strictObject({ methodName: z.string(), params: z.array(z.unknown()).default([]) }))
  .max(mostCalls, `at most ${mostCalls} calls are allowed`);

const nothing = z.tuple([], "it takes no parameters");
const nothingAtAll = z.union([nothing, z.tuple([z.strictObject({})])], "it takes no parameters");
const methodName = z.tuple([z.string()], "it takes one parameter, the name of a method");

const capabilities = {
  xmlrpc: { specUrl: "http://xmlrpc.com/spec.md", specVersion: 1 },
  introspection: { specUrl: "http://xmlrpc-c.sourceforge.net/introspection.html", specVersion: 1 },
};

/** Returns the methods by which servers of XML-RPC and of JSON-RPC usually describe themselves. */
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
      "Returns every way to call a method: the type of the result, then the types of the parameters.",
      [["array", "string"]],
      methodName,
      ([name]) => describe(name).signatures,
    ),
    "system.methodHelp": systemMethod(
      "Describes a method and its parameters. A ? marks optional ones.",
      [["string", "string"]],
      methodName,
      ([name]) => describe(name).help,
    ),
    "system.multicall": systemMethod(
      `Makes up to ${mostCalls} calls one after another, each a struct of methodName and params. Returns for each call an array with its result, or a struct of faultCode and faultString.`,
      [["array", "array"]],
      z.tuple([callsSchema], "it takes one parameter, an array of calls"),
      ([calls], caller, signal) => makeCalls(caller, calls, dispatch, signal),
    ),
    "system.getCapabilities": systemMethod(
      "Returns the conventions that this server supports.",
      [["struct"]],
      nothing,
      () => capabilities,
    ),
    "rpc.discover": systemMethod(
      "Returns the OpenRPC document, which describes all methods with the schemas of their parameters and results.",
      [["struct"]],
      nothingAtAll,
      openRpc,
    ),
  };
}

/** Loaded when it is first asked for, because it needs every schema. */
async function openRpc(): Promise<object> {
  const { openRpcDocument } = await import("./openrpc.js");
  return openRpcDocument();
}

function systemMethod<S extends z.ZodType>(
  help: string,
  signatures: Description["signatures"],
  schema: S,
  call: (parameters: z.output<S>, caller: Caller, signal: AbortSignal) => unknown,
): PositionalMethod {
  return {
    help,
    signatures,
    // Each call of a multicall is checked itself.
    roles: everyRole,
    call: async (caller, name, parameters, signal) =>
      await call(validate(schema, parameters, name), caller, signal),
  };
}

async function makeCalls(
  caller: Caller,
  calls: z.output<typeof callsSchema>,
  dispatch: Dispatch,
  signal: AbortSignal,
): Promise<unknown[]> {
  const results: unknown[] = [];
  const budget = new CallBudget();
  for (const { methodName, params } of calls) {
    const result = await makeCall(
      { caller, method: methodName, parameters: params },
      budget,
      dispatch,
      signal,
    );
    results.push(result);
    budget.spend(JSON.stringify(result).length);
    // Without the pause, a hundred lists in a row would block the event loop.
    await setImmediate();
  }
  return results;
}

async function makeCall(
  { caller, method, parameters }: { caller: Caller; method: string; parameters: unknown[] },
  budget: CallBudget,
  dispatch: Dispatch,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    budget.require(method);
    if (method === "system.multicall") {
      throw new MccError("invalid", "system.multicall cannot call itself; put all calls into one array.");
    }
    // The token may have been revoked or expired during the previous calls.
    caller.checkAgain?.();
    return [await dispatch(caller, method, parameters, signal)];
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
