import fc from "fast-check";
import { type MethodName, methodTable } from "../protocol/methods/method-table";
import { type Call, good, inMulticall, oddCalls, positional } from "../test/support/wire/odd-calls";
import { writeCall } from "../test/support/wire/odd-values";
import { hostileValues } from "./hostile-values";
import { mutate, mutations } from "./mutation";
import { headPieces, jsonPieces, xmlPieces } from "./pieces";
import { jsonRequestOf, requestOf } from "./request";
import { validCalls } from "./valid-calls";

/** One way to make requests. */
export interface Kind {
  /** Generates the bytes of one connection. */
  readonly requests: (token: string) => fc.Arbitrary<Buffer>;
  /** Whether the head is valid, so that there must be an answer. */
  readonly answered: boolean;
}

const jsonCalls = (): fc.Arbitrary<string> =>
  fc
    .array(
      fc
        .tuple(validCalls(), fc.constantFrom({ id: 1 }, { id: "a" }, {}))
        .map(([{ method, parameters }, id]) => ({
          jsonrpc: "2.0",
          ...id,
          method,
          params: parameters,
        })),
      { minLength: 1, maxLength: 3 },
    )
    .map((batch) => JSON.stringify(batch.length === 1 ? batch[0] : batch));

const calls = (): fc.Arbitrary<string> =>
  validCalls().map(({ method, parameters }) => writeCall(method, parameters));

/** Generates calls with one hostile value at any place. */
function hostileCalls(): fc.Arbitrary<Call> {
  const values = fc.constantFrom(...hostileValues);
  const methods = Object.keys(methodTable) as MethodName[];
  const inTable = fc
    .tuple(fc.constantFrom(...methods), values, fc.nat())
    .map(([method, value, index]) => chosen(oddCalls(method, value), index));
  const inPositions = fc
    .tuple(fc.constantFrom(...Object.entries(positional)), values, fc.nat())
    .map(([[method, places], value, index]) => ({ method, parameters: chosen(places, index)(value) }));
  const inCalls = fc
    .tuple(fc.constantFrom(...inMulticall), values)
    .map(([place, value]) => ({ method: "system.multicall", parameters: place(value) }));
  const asMethod = values
    .filter((value) => typeof value === "string")
    .map((method) => ({ method, parameters: [good] }));
  return fc.oneof(
    { weight: 8, arbitrary: inTable },
    { weight: 2, arbitrary: inPositions },
    { weight: 1, arbitrary: inCalls },
    { weight: 1, arbitrary: asMethod },
  );
}

function chosen<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new Error("a method has at least one place for a value");
  }
  return item;
}

/** The kinds of requests. They are made in turns. */
export const kinds = {
  bytes: {
    answered: false,
    requests: () => fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  },
  heads: {
    answered: false,
    requests: (token) =>
      fc.tuple(calls(), mutations(headPieces)).map(([call, changes]) => {
        const request = requestOf(token, call);
        const end = request.indexOf("\r\n\r\n");
        return Buffer.concat([mutate(request.subarray(0, end), changes), request.subarray(end)]);
      }),
  },
  xml: {
    answered: true,
    requests: (token) =>
      fc
        .tuple(calls(), mutations(xmlPieces))
        .map(([call, changes]) => requestOf(token, mutate(Buffer.from(call), changes))),
  },
  json: {
    answered: true,
    requests: (token) =>
      fc
        .tuple(jsonCalls(), mutations(jsonPieces))
        .map(([call, changes]) => jsonRequestOf(token, mutate(Buffer.from(call), changes))),
  },
  jsonValues: {
    answered: true,
    requests: (token) =>
      hostileCalls().map(({ method, parameters }) =>
        jsonRequestOf(token, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: parameters })),
      ),
  },
  values: {
    answered: true,
    requests: (token) =>
      hostileCalls().map(({ method, parameters }) => requestOf(token, writeCall(method, parameters))),
  },
  sequences: { answered: true, requests: (token) => calls().map((call) => requestOf(token, call)) },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
