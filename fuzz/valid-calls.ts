import fc from "fast-check";
import type { z } from "zod";
import { type MethodName, methodTable } from "../protocol/methods/method-table";
import { type Call, good } from "../test/support/wire/odd-calls";

/** Few values for each parameter, so that calls are often about the same objects. */
const pools: Readonly<Record<string, readonly unknown[]>> = {
  instance: ["web", "one", 500, 501, 502],
  fleet: ["load", "one"],
  name: ["web", "load", "one", "me"],
  count: [1, 2, 3],
  command: [["true"], ["sh", "-c", "exit 3"]],
  keys: [[], ["me"], ["one"]],
  labels: [{}, { a: "b" }],
  waitFor: [["running"]],
  waitSeconds: [0],
  timeoutSeconds: [1],
  graceSeconds: [0],
  ttlSeconds: [1, 60],
  type: ["basic", "light"],
  ipAddress: ["198.18.0.2", "198.18.0.3"],
  hostname: ["one", "two.example"],
  keepOnFailure: [true],
  role: ["admin", "user", "reader"],
  seconds: [2, 60],
  offset: [0, 1],
  after: [0],
  sizeBytes: [1],
  data: ["YWJj"],
};

const hexadecimal = "0".repeat(32);

/** Generates valid parameters of a method: the required ones, and some of the others. */
function parametersOf(method: MethodName): fc.Arbitrary<object> {
  const { shape } = methodTable[method].parameters;
  const required = Object.entries<z.ZodType>(shape)
    .filter(([, schema]) => !schema.safeParse(undefined).success)
    .map(([name]) => name);
  const given = Object.keys(shape).filter((name) => name in pools || required.includes(name));
  const values = given.map(
    (name) => [name, fc.constantFrom(...(pools[name] ?? [good[name] ?? hexadecimal]))] as const,
  );
  return fc.record(Object.fromEntries(values), { requiredKeys: required });
}

/** Generates valid calls of all methods. */
export function validCalls(): fc.Arbitrary<Call> {
  const methods = Object.keys(methodTable) as MethodName[];
  return fc.oneof(
    ...methods.map((method) =>
      parametersOf(method).map((parameters): Call => ({ method, parameters: [parameters] })),
    ),
  );
}
