import { MccError } from "../../../../protocol/error";
import { asEngineFault } from "../../../support/files/file-system-fault";

/** The messages of tar, in the C locale, that report a fault of the host. */
const hostsWords =
  /No space left|Wrote only \d|quota exceeded|Read-only file system|Input\/output error|Permission denied|Cannot allocate memory|Too many open files|Stale file handle|File too large/;

/**
 * Returns whether the tarball caused a failure to unpack it, and not the host. tar has any number of messages about its
 * input, and its exit code is 2 for any failure. Therefore the host's faults are recognised, and not the tarball's.
 */
export function blamesTarball({ code, message }: MccError): boolean {
  return code === "engine" && /\btar: /.test(message) && !hostsWords.test(message);
}

/**
 * Returns the error of a failure to unpack: `invalid` if the tarball caused it, `exhausted` for a full file system.
 *
 * @param folder the target, which still contains what was unpacked.
 */
export function unpackingFailure(error: unknown, tarball: string, folder: string): unknown {
  if (!MccError.isInstance(error)) {
    return error;
  }
  const fault = asEngineFault(error, [folder]);
  return new MccError(
    blamesTarball(error) ? "invalid" : fault.code,
    `${tarball} cannot be unpacked: ${fault.message}`,
    { cause: error },
  );
}
