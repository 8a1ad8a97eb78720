import { type ErrorCode, MccError } from "../../protocol/error";
import { asFileSystemFault } from "./files/file-system-fault";

/** Returns an error with its cause: an error of a file system names the file system, with its code. */
export function explained(error: unknown): unknown {
  return asFileSystemFault(error);
}

/**
 * Returns an error with another message. It is confidential if the original is.
 *
 * @param otherwise the code for an error that has none, and that is not from a file system. Default: `internal`.
 */
export function because(error: unknown, message: string, otherwise: ErrorCode = "internal"): MccError {
  return MccError.reword(asFileSystemFault(error), message, otherwise);
}
