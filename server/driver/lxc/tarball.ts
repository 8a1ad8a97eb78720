import { open } from "node:fs/promises";
import { MccError, messageOf } from "../../../protocol/error";

/** How a packed file begins, and what tar calls that packing, which it does not find out by itself on a pipe. */
const packings = [
  { begins: "1f8b", flag: "--gzip" },
  { begins: "425a68", flag: "--bzip2" },
  { begins: "fd377a585a00", flag: "--xz" },
  { begins: "28b52ffd", flag: "--zstd" },
] as const;

/**
 * The flags with which tar unpacks the file.
 *
 * @throws MccError `invalid` for a file that cannot be read.
 */
export async function packingFlags(path: string): Promise<string[]> {
  const beginning = (await firstBytes(path, 6)).toString("hex");
  const packing = packings.find(({ begins }) => beginning.startsWith(begins));
  return packing === undefined ? [] : [packing.flag];
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(path, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new MccError("invalid", `The tarball ${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** GNU tar's words for a file that is no tarball, or only the beginning of one; its exit code is 2 for any failure. */
const complaints = ["does not look like a tar archive", "Unexpected EOF in archive"];

/** Whether an unpacking failed by what was to be unpacked, and not by the host. */
export function blamesTarball({ code, message }: MccError): boolean {
  return code === "engine" && complaints.some((words) => message.includes(words));
}
