import type { MethodName, MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import type { Caller } from "../cloud/access/caller";

/** The implementations of the methods. A missing or additional one does not compile. */
export type Handlers<M extends MethodName> = {
  /** The signal is aborted when the client hangs up or its token is revoked: waits and commands for it end. */
  readonly [N in M]: (
    caller: Caller,
    parameters: ParsedParameters<N>,
    signal: AbortSignal,
  ) => MethodResult<N> | Promise<MethodResult<N>>;
};

/** The methods of the table whose names start with the noun. */
export type MethodsOf<Noun extends string> = Extract<MethodName, `${Noun}.${string}`>;
