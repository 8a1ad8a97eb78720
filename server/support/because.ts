import { type ErrorCode, MccError } from "../../protocol/error";
import { asFileSystemFault } from "./files/file-system-fault";

/** An error with what is known of its cause: a file system that refused a file is named, with its code. */
export function explained(error: unknown): unknown {
  return asFileSystemFault(error);
}

/**
 * Another message for a failure, as secret as that is.
 *
 * @param otherwise the code for a failure that has none, and that no file system explains. Default: `internal`.
 */
export function because(error: unknown, message: string, otherwise: ErrorCode = "internal"): MccError {
  return MccError.reword(asFileSystemFault(error), message, otherwise);
}
