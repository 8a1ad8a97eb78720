import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ArchiveFile } from "./file";
import type { ArchiveInspection } from "./inspection";
import { unpackedArchive } from "./unpacked";

/**
 * Reads a tarball to its end and inspects it. Memory is bounded, and the event loop runs between chunks.
 *
 * @param sink gets the inspected bytes, up to the end of the archive. It ends only after success. Its reader must treat
 * everything else as a failure.
 * @throws MccError `invalid` for an archive that the inspection refuses, or that cannot be unpacked; the signal's
 * reason.
 */
export async function inspectArchive(
  archive: ArchiveFile,
  inspection: ArchiveInspection,
  signal: AbortSignal,
  sink?: Writable,
): Promise<void> {
  try {
    for await (const chunk of unpackedArchive(archive, signal)) {
      const isWanted = !inspection.ended;
      inspection.take(chunk);
      if (isWanted && sink?.write(chunk) === false) {
        await once(sink, "drain", { signal });
      }
    }
    inspection.end();
    sink?.end();
  } catch (error) {
    sink?.destroy();
    throw error;
  }
}
