import type { Description } from "./description";

/** A method with positional parameters, as in XML-RPC's own conventions. */
export interface PositionalMethod extends Description {
  /** @param name its name, for messages. */
  readonly call: (name: string, parameters: readonly unknown[], signal: AbortSignal) => Promise<unknown>;
}
