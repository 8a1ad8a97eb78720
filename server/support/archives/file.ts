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
 * Opens a tarball, works with it and closes it. Whatever takes the file's place on the way has no part in it.
 *
 * @throws MccError `invalid` for what is no file, cannot be read or is empty. A fifo or a device is never waited for.
 */
export async function withArchive<T>(path: string, work: (archive: ArchiveFile) => Promise<T>): Promise<T> {
  const handle = await openFile(path);
  try {
    return await work({ path, handle, packing: packingOf(await beginningOf(handle, path)) });
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, to open a fifo would wait for somebody to write to it.
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
    throw unreadable(path, new Error("it is a fifo or a device, and a file is needed"));
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
