import { MccError } from "../../protocol/error";

/** Another message for a failure, as secret as that is. */
export function because(cause: unknown, message: string): MccError {
  return MccError.isInstance(cause)
    ? new MccError(cause.code, message, { cause, confidential: cause.confidential })
    : new MccError("internal", message, { cause });
}
