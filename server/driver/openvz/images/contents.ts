import { MccError } from "../../../../protocol/error";
import type { ArchiveFile } from "../../../support/archives/file";
import { inspectArchive } from "../../../support/archives/inspect";
import { ArchiveInspection } from "../../../support/archives/inspection";
import type { ArchiveLimits } from "../../../support/archives/limits";

/** The parts of a root file system, with their purposes and possible places. vzctl starts the first existing init. */
const required = [
  {
    title: "/sbin/init",
    purpose: "the container's first process",
    names: ["sbin/init", "usr/sbin/init", "etc/init", "bin/init", "usr/bin/init"],
  },
  {
    title: "/bin/sh",
    purpose: "which vzctl's scripts for containers need",
    names: ["bin/sh", "usr/bin/sh"],
  },
] as const;

/**
 * Reads an archive to its end. vzctl unpacks it later, as root of the host and with the host's tar.
 *
 * @throws MccError `invalid` for one that is damaged, is dangerous, or has no root file system.
 */
export async function requireRoot(archive: ArchiveFile, limits?: ArchiveLimits): Promise<void> {
  const wanted = new Set<string>(required.flatMap(({ names }) => names));
  const inspection = new ArchiveInspection(archive.path, {}, wanted, limits);
  await inspectArchive(archive, inspection, new AbortController().signal);
  for (const { title, purpose, names } of required) {
    if (!names.some((name) => inspection.names.has(name))) {
      throw new MccError(
        "invalid",
        `${archive.path} has no ${title}, ${purpose}; use a root file system with /bin, /sbin and /etc at the top of the tarball.`,
      );
    }
  }
}
