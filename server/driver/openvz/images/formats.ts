import { constants } from "node:fs";
import { open, stat, truncate } from "node:fs/promises";
import { MccError, messageOf } from "../../../../protocol/error";

/** How the files of images are named and filled. */
export interface ImageFormat {
  /** The endings of the names, in the order in which vzctl tries them. */
  readonly endings: readonly string[];
  /** Why no image can be imported, and what to do; undefined if images can be imported. */
  readonly refusal?: string;
}

/** The endings of an archive's file name, in the order in which vzctl 4 tries them, and the file's first bytes. */
const packings = [
  { ending: ".tar", begins: undefined },
  { ending: ".tar.gz", begins: "1f8b" },
  { ending: ".tar.bz2", begins: "425a68" },
  { ending: ".tar.xz", begins: "fd377a585a00" },
] as const;
const zstandard = "28b52ffd";
/** The size of tar's records. tar ignores zero bytes after its end marker. */
const recordBytes = 10_240;

export const imageFormats = {
  archives: { endings: packings.map(({ ending }) => ending) },
  // Source: include/vzcommon.h of vztt. These files are packed disk images.
  templates: {
    endings: [".ploopv2", ".ploop"].flatMap((disk) =>
      [".lz4", ".lzrw", ".gz"].map((packing) => `.plain${disk}.tar${packing}`),
    ),
    refusal:
      "OpenVZ 7 and later create containers only from their own templates; create a template's cache on the host (vzpkg create cache TEMPLATE) to get an image",
  },
} as const satisfies Record<string, ImageFormat>;

/**
 * Returns the ending for a tarball's name from its compression.
 *
 * @throws MccError `invalid` for a file that vzctl cannot unpack.
 */
export async function endingOf(tarball: string): Promise<string> {
  const beginning = await beginningOf(tarball);
  if (beginning.startsWith(zstandard)) {
    throw new MccError(
      "invalid",
      `${tarball} is compressed with zstd, which vzctl cannot unpack; compress it with gzip, bzip2 or xz.`,
    );
  }
  return (packingThatBegins(beginning) ?? packings[0]).ending;
}

/**
 * Extends an uncompressed archive to the size of tar's own: vzctl's script compares its size in KiB in the shell, which
 * does not parse a fraction. Then the script reports a full disk (46).
 */
export async function fillRecord(path: string): Promise<void> {
  if (packingThatBegins(await beginningOf(path)) === undefined) {
    const { size } = await stat(path);
    await truncate(path, Math.ceil(size / recordBytes) * recordBytes);
  }
}

function packingThatBegins(beginning: string): (typeof packings)[number] | undefined {
  return packings.find(({ begins }) => begins !== undefined && beginning.startsWith(begins));
}

async function beginningOf(path: string): Promise<string> {
  try {
    // Opening a FIFO must not block.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
      return buffer.subarray(0, bytesRead).toString("hex");
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new MccError("invalid", `The tarball ${path} cannot be read: ${messageOf(error)}.`);
  }
}
