import { open } from "node:fs/promises";
import { MccError, messageOf } from "../../protocol/error";
import type { Image } from "../../protocol/types/image";
import type { Client } from "../client";

/** Smaller than the largest piece, so that a slow connection reports its progress often enough. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * Sends a root file system archive of this machine to the daemon, which creates an image from it.
 *
 * @param client the client of the daemon.
 * @param name the name of the new image.
 * @param path the archive on this machine.
 * @throws MccError `invalid` if the file cannot be read or is no root file system, or if the daemon is too old; those of
 * `image.uploadStart`, `image.uploadWrite` and `image.uploadEnd`.
 */
export async function uploadImage(client: Client, name: string, path: string): Promise<Image> {
  if (!(await client.can("imageUpload"))) {
    throw new MccError(
      "invalid",
      `The daemon at ${client.server} is too old for uploads; update the daemon.`,
    );
  }
  const file = await open(path).catch((error: unknown) => {
    throw new MccError("invalid", `The archive ${path} cannot be read: ${messageOf(error)}.`);
  });
  try {
    const { size: sizeBytes } = await file.stat();
    const target = await client.call("image.uploadStart", { name, sizeBytes });
    try {
      const buffer = Buffer.alloc(pieceBytes);
      for (let offset = 0; offset < sizeBytes; ) {
        const { bytesRead } = await file.read(buffer, 0, pieceBytes, offset);
        if (bytesRead === 0) {
          throw new MccError("invalid", `The archive ${path} became shorter while it was sent; try again.`);
        }
        const data = buffer.subarray(0, bytesRead).toString("base64");
        await client.call("image.uploadWrite", { ...target, offset, data });
        offset += bytesRead;
      }
    } catch (error) {
      await client.call("image.uploadCancel", target).catch(() => undefined);
      throw error;
    }
    return await client.call("image.uploadEnd", target);
  } finally {
    await file.close();
  }
}
