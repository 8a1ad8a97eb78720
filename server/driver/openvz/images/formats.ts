import { constants } from "node:fs";
import { open, stat, truncate } from "node:fs/promises";
import { MccError, messageOf } from "../../../../protocol/error";

/** How the files of images are named and filled. */
export interface ImageFormat {
  /** How their names end, in the order in which vzctl looks. */
  readonly endings: readonly string[];
  /** Why none can be brought in, and what to do; undefined where they can. */
  readonly refusal?: string;
}

/** How an archive's file name ends, in the order in which vzctl 4 looks, and how the file begins. */
const packings = [
  { ending: ".tar", begins: undefined },
  { ending: ".tar.gz", begins: "1f8b" },
  { ending: ".tar.bz2", begins: "425a68" },
  { ending: ".tar.xz", begins: "fd377a585a00" },
] as const;
const zstandard = "28b52ffd";
/** What tar itself writes at a time. Zero bytes behind its end are nothing to it. */
const recordBytes = 10_240;

export const imageFormats = {
  archives: { endings: packings.map(({ ending }) => ending) },
  // Source: include/vzcommon.h of vztt. What lies there is packed disk images.
  templates: {
    endings: [".ploopv2", ".ploop"].flatMap((disk) =>
      [".lz4", ".lzrw", ".gz"].map((packing) => `.plain${disk}.tar${packing}`),
    ),
    refusal:
      "OpenVZ 7 and later make containers of their own templates only; make one's cache on the host (vzpkg create cache TEMPLATE), and it is an image",
  },
} as const satisfies Record<string, ImageFormat>;

/**
 * The ending for a tarball's name by how it is packed.
 *
 * @throws MccError `invalid` for a file that vzctl cannot unpack.
 */
export async function endingOf(tarball: string): Promise<string> {
  const beginning = await beginningOf(tarball);
  if (beginning.startsWith(zstandard)) {
    throw new MccError(
      "invalid",
      `${tarball} is packed by zstd, which vzctl cannot unpack; pack it by gzip, bzip2 or xz.`,
    );
  }
  return (packingThatBegins(beginning) ?? packings[0]).ending;
}

/**
 * Makes an archive that is not packed as long as tar's own are: vzctl's script compares its length in KiB by the
 * shell, which takes a figure that is not whole for none, and so for a full disk (46).
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
    // A fifo must not be waited for.
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
