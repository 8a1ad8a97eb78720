import type { Role } from "../../../protocol/methods/values/role";
import type { Caller } from "../../cloud/access/caller";
import type { Description } from "../description";

/** A method with positional parameters, as in XML-RPC's own conventions. */
export interface PositionalMethod extends Description {
  /** The roles that may call it. */
  readonly roles: readonly Role[];
  /** @param name its name, for messages. */
  readonly call: (
    caller: Caller,
    name: string,
    parameters: readonly unknown[],
    signal: AbortSignal,
  ) => Promise<unknown>;
}
