import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { MccError, messageOf } from "../../../protocol/error";
import { type Packing, packingBytes, packingOf } from "./packings";

/** A tarball on this host, open for reading. */
export interface ArchiveFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly packing: Packing | undefined;
}

/**
 * Opens a tarball, runs a function with it and closes it. A file that replaces the tarball in the meantime has no
 * effect.
 *
 * @throws MccError `invalid` for a path that is not a file, cannot be read or is empty. A FIFO or a device does not
 * block.
 */
export async function withArchive<T>(path: string, work: (archive: ArchiveFile) => Promise<T>): Promise<T> {
  const handle = await openFile(path);
  try {
    return await work({ path, handle, packing: packingOf(await beginningOf(handle, path)) });
  } finally {
    // Nothing was written, so that a failure means nothing. The work may have changed the host, and its result counts.
    await handle.close().catch(() => undefined);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function beginningOf(handle: FileHandle, path: string): Promise<Buffer> {
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    throw unreadable(path, new Error("EISDIR: it is a folder"));
  }
  if (!stats.isFile()) {
    throw unreadable(path, new Error("it is a FIFO or a device, not a file"));
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(packingBytes), 0, packingBytes, 0);
    if (bytesRead === 0) {
      throw new Error("it is empty");
    }
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): MccError {
  return new MccError(
    "invalid",
    `The tarball ${path} cannot be read: ${messageOf(error)}; give the path of a tarball on the daemon's host.`,
    { cause: error },
  );
}
