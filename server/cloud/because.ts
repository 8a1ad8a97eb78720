import { type ErrorCode, MccError } from "../../protocol/error";
import { asFileSystemFault } from "../driver/file-system-fault";

/**
 * Another message for a failure, as secret as that is.
 *
 * @param otherwise the code for a failure that has none, and that no file system explains. Default: `internal`.
 */
export function because(error: unknown, message: string, otherwise: ErrorCode = "internal"): MccError {
  const cause = asFileSystemFault(error);
  return MccError.isInstance(cause)
    ? new MccError(cause.code, message, { cause, confidential: cause.confidential })
    : new MccError(otherwise, message, { cause });
}
