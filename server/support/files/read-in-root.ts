import { constants } from "node:fs";
import { lstat, open, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";

/**
 * Returns the first bytes of a file below a folder that others can change. A link is never followed.
 *
 * @param names the path below the folder.
 * @returns undefined if the file does not exist, or is not a regular file.
 */
export async function readInRoot(
  root: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Buffer | undefined> {
  let current = root;
  for (const [index, name] of names.entries()) {
    current = join(current, name);
    const there = await unlessErrno(lstat(current), "ENOENT");
    if ((index === names.length - 1 ? there?.isFile() : there?.isDirectory()) !== true) {
      return undefined;
    }
  }
  // If an entry was replaced in the meantime, the last is neither followed nor awaited, and others do not lead elsewhere.
  const expected = join(await realpath(root), ...names);
  const handle = await open(current, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if ((await readlink(`/proc/self/fd/${handle.fd}`)) !== expected) {
      return undefined;
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
