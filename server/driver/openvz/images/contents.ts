import { MccError } from "../../../../protocol/error";
import type { ArchiveFile } from "../../../support/archives/file";
import { inspectArchive } from "../../../support/archives/inspect";
import { ArchiveInspection } from "../../../support/archives/inspection";

/** What a root file system must have, what for, and where it may be: vzctl starts the first program that is there. */
const required = [
  {
    title: "/sbin/init",
    purpose: "the container's first process",
    names: ["sbin/init", "usr/sbin/init", "etc/init", "bin/init", "usr/bin/init"],
  },
  {
    title: "/bin/sh",
    purpose: "what vzctl's scripts for containers run in",
    names: ["bin/sh", "usr/bin/sh"],
  },
] as const;

/**
 * Reads an archive to its end. vzctl unpacks it as root of the host and by its own tar, long after the import.
 *
 * @throws MccError `invalid` for one that is damaged, does harm, or has no root file system.
 */
export async function requireRoot(archive: ArchiveFile): Promise<void> {
  const wanted = new Set<string>(required.flatMap(({ names }) => names));
  const inspection = new ArchiveInspection(archive.path, {}, wanted);
  await inspectArchive(archive, inspection, new AbortController().signal);
  for (const { title, purpose, names } of required) {
    if (!names.some((name) => inspection.names.has(name))) {
      throw new MccError(
        "invalid",
        `${archive.path} has no ${title}, ${purpose}; a root file system is needed, with /bin, /sbin and /etc at the top of the tarball.`,
      );
    }
  }
}
