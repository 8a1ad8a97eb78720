import { MccError } from "../../../protocol/error";
import type { InstanceStatus } from "../../../protocol/methods/instance";
import type { Caller } from "./caller";

/** The status of an instance, and the one for clients that do not understand it. */
interface Statuses {
  readonly status: InstanceStatus;
  readonly earlierStatus: InstanceStatus;
}

/** Returns the status of an instance as the caller's client understands it. */
export function statusFor({ understands }: Caller, { status, earlierStatus }: Statuses): InstanceStatus {
  return understands?.has("unreachable") === true ? status : earlierStatus;
}

/** Returns an error with a code that the caller's client understands. */
export function understoodError({ understands }: Caller, error: unknown): unknown {
  return MccError.hasCode(error, "unreachable") && understands?.has("unreachable") !== true
    ? new MccError("engine", error.message, { cause: error })
    : error;
}
