import { MccError } from "../../../../protocol/error";
import { asEngineFault } from "../../../support/files/file-system-fault";

/** What tar complains of when the host is to blame, in the C locale. */
const hostsWords =
  /No space left|Wrote only \d|quota exceeded|Read-only file system|Input\/output error|Permission denied|Cannot allocate memory|Too many open files|Stale file handle|File too large/;

/**
 * Whether an unpacking failed by what was to be unpacked, and not by the host. There is no end to what tar can be made
 * to complain of, and its exit code is 2 for any failure: so the host's faults are known by their words, not the tarball's.
 */
export function blamesTarball({ code, message }: MccError): boolean {
  return code === "engine" && /\btar: /.test(message) && !hostsWords.test(message);
}

/**
 * The failure of an unpacking, as its caller is told: `invalid` for a tarball that is to blame, `exhausted` for a full
 * file system.
 *
 * @param folder where it was unpacked to, with all that was unpacked in it.
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
