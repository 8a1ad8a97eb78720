import type { MethodName, MethodResult, ParsedParameters } from "../../protocol/methods/method-table";

/** What carries out each of the methods: one that is missing, or too many, does not compile. */
export type Handlers<M extends MethodName> = {
  /** The signal comes when the client has hung up: what only waits, or only runs for it, ends. */
  readonly [N in M]: (
    parameters: ParsedParameters<N>,
    signal: AbortSignal,
  ) => MethodResult<N> | Promise<MethodResult<N>>;
};

/** The methods of the table whose names start with the noun. */
export type MethodsOf<Noun extends string> = Extract<MethodName, `${Noun}.${string}`>;
