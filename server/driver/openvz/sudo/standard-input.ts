import { read } from "node:fs";
import { promisify } from "node:util";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";

/** Where the root program finds an archive. The daemon opened it, so the path that it has is no right of root's. */
export const standardInput = "/proc/self/fd/0";

/**
 * Refuses a file that was not opened for reading. Root opens it again by the path above. Everyone can open a file without
 * the right to read it (O_PATH, see open(2)), and root would then read it for a user who may not.
 *
 * @param descriptor for tests.
 * @throws MccError `forbidden`.
 */
export async function requireOpenForReading(descriptor = 0): Promise<void> {
  try {
    await promisify(read)(descriptor, Buffer.alloc(1), 0, 1, 0);
  } catch (error) {
    if (hasErrno(error, "EBADF")) {
      throw new MccError("forbidden", "The archive was not opened for reading; nothing was imported.");
    }
    // A folder, or a pipe: the import says what it is.
  }
}
