import type { z } from "zod";
import { type MethodName, methodTable } from "../../../protocol/methods/method-table";

/** A call whose parameters are written without the checks of the codec. */
export interface Call {
  readonly method: string;
  readonly parameters: readonly unknown[];
}

/** Puts a value into a place of a parameter. */
export type Place = (value: unknown) => unknown;

export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q me";
const hexadecimal = "0".repeat(32);
const owner = { urn: "urn:pulumi:dev::shop::a:b:C::web" };

/** Valid parameters, so that a call fails only because of the odd one. */
export const good: Readonly<Record<string, unknown>> = {
  instance: "web",
  fleet: "load",
  name: "me",
  count: 1,
  command: ["true"],
  publicKey,
  owner,
  container: "101",
  clientTokens: [],
  path: "/absent",
  adopt: {},
};
/** Parameters for methods that create or end something, which would take too long in so many calls. */
const absent = { instance: "absent", fleet: "absent", name: "absent", image: "absent" };
const changing = /\.(create|apply|import|destroy|remove|takeOver)$/;

/** Returns the places for a value inside of a parameter of this name. */
const insides: Readonly<Record<string, readonly Place[]>> = {
  labels: [(value) => ({ a: value })],
  keys: [(value) => [value]],
  command: [(value) => [value]],
  addresses: [(value) => [value]],
  clientTokens: [(value) => [value]],
  owner: ["urn", "organization", "retainOnDelete"].map((name) => (value) => ({ ...owner, [name]: value })),
  adopt: ["clientToken", "attempt", "owner", "patienceSeconds"].map((name) => (value) => ({
    clientToken: hexadecimal,
    attempt: hexadecimal,
    owner,
    [name]: value,
  })),
  waitFor: [
    (value) => [value],
    ...["tcp", "http", "port", "status"].map(
      (name): Place =>
        (value) => [{ http: "/", [name]: value }],
    ),
    (value) => ({ command: [value] }),
  ],
};

/** Returns calls of the method with the value in every possible place. */
export function oddCalls(method: MethodName, value: unknown): Call[] {
  const { shape } = methodTable[method].parameters;
  const values = changing.test(method) ? { ...good, ...absent } : good;
  const given = Object.fromEntries(
    Object.entries<z.ZodType>(shape)
      .filter(
        ([name, schema]) => !schema.safeParse(undefined).success || (name in absent && changing.test(method)),
      )
      .map(([name]) => [name, values[name] ?? hexadecimal]),
  );
  const places = (name: string): readonly Place[] => [
    (inside) => inside,
    ...(typeof value === "object" ? (insides[name] ?? []) : []),
  ];
  const inParameters = Object.keys(shape).flatMap((name) =>
    places(name).map((place) => [{ ...given, [name]: place(value) }]),
  );
  return [[value], [given, value], [{ ...given, more: value }], ...inParameters].map((parameters) => ({
    method,
    parameters,
  }));
}

/** The methods with positional parameters, and the positions. */
export const positional: Readonly<Record<string, readonly ((value: unknown) => unknown[])[]>> = {
  "openvz.get_instances": [
    (value) => [value],
    (value) => [{ instance: value }],
    (value) => [{ all: value }],
    (value) => [{}, value],
  ],
  "openvz.get_images": [(value) => [value]],
  "openvz.get_instance_types": [(value) => [value]],
  "openvz.run_instance": [
    (value) => [value],
    (value) => ["absent", value],
    (value) => ["absent", "basic", value],
    (value) => ["absent", "basic", "", value],
    (value) => ["absent", "basic", "", "", value],
  ],
  "openvz.destroy_instance": [(value) => [value], (value) => [400, value]],
  "system.listMethods": [(value) => [value]],
  "system.methodSignature": [(value) => [value]],
  "system.methodHelp": [(value) => [value], (value) => ["system.methodHelp", value]],
  "system.getCapabilities": [(value) => [value]],
  "rpc.discover": [(value) => [value], (value) => [{}, value]],
  "no.such_method": [(value) => [value]],
};

/** The places inside of system.multicall, which cannot be called in a multicall itself. */
export const inMulticall: readonly ((value: unknown) => unknown[])[] = [
  (value) => [value],
  (value) => [[value]],
  (value) => [[{ methodName: value }]],
  (value) => [[{ methodName: "server.info", params: value }]],
  (value) => [[{ methodName: "server.info", params: [value] }]],
  (value) => [[{ methodName: "server.info", more: value }]],
  (value) => [[], value],
];
