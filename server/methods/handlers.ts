import type { MethodName, MethodResult, ParsedParameters } from "../../protocol/method-table";

/** What carries out each of the methods: one that is missing, or too many, does not compile. */
export type Handlers<M extends MethodName> = {
  readonly [N in M]: (parameters: ParsedParameters<N>) => MethodResult<N> | Promise<MethodResult<N>>;
};

/** The methods of the table whose names start with the noun. */
export type MethodsOf<Noun extends string> = Extract<MethodName, `${Noun}.${string}`>;
