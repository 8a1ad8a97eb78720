import type { Description } from "./description";

/** A method whose parameters have places in place of names, as XML-RPC's own conventions want it. */
export interface PositionalMethod extends Description {
  /** @param name its own, for messages. */
  readonly call: (name: string, parameters: readonly unknown[], signal: AbortSignal) => Promise<unknown>;
}
