import { MccError } from "../../../../protocol/error";
import type { ArchiveFile } from "../../../support/archives/file";
import { inspectArchive } from "../../../support/archives/inspect";
import { ArchiveInspection } from "../../../support/archives/inspection";
import type { ArchiveLimits } from "../../../support/archives/limits";
import { sshServers } from "../../ssh-server";

/** What an archive tells of the root file system in it. */
export interface ImageContents {
  readonly hasSshServer: boolean;
  readonly unpackedBytes: number;
  /** The wanted paths that exist in it and are no folders. */
  readonly found: readonly string[];
}

/** The parts of a root file system, with their purposes and possible places. */
const required = [
  {
    title: "/sbin/init",
    purpose: "the container's first process",
    names: ["sbin/init", "usr/sbin/init", "bin/init", "usr/bin/init"],
  },
  {
    title: "/bin/sh",
    purpose: "with which commands and files get into the container",
    names: ["bin/sh", "usr/bin/sh"],
  },
] as const;

/**
 * Reads an archive to its end. The engine unpacks it later.
 *
 * @param wanted paths without a leading slash, of which `found` reports those that exist.
 * @throws MccError `invalid` for one that is damaged, is dangerous, or has no root file system.
 */
export async function readContents(
  archive: ArchiveFile,
  wanted: readonly string[],
  limits?: ArchiveLimits,
): Promise<ImageContents> {
  const ssh = sshServers.map((path) => path.slice(1));
  const names = new Set<string>([...required.flatMap((part) => part.names), ...ssh, ...wanted]);
  const inspection = new ArchiveInspection(archive.path, {}, names, limits);
  await inspectArchive(archive, inspection, new AbortController().signal);
  for (const { title, purpose, names: places } of required) {
    if (!places.some((name) => inspection.names.has(name))) {
      throw new MccError(
        "invalid",
        `${archive.path} has no ${title}, ${purpose}; use a root file system with /bin, /sbin and /etc at the top of the tarball.`,
      );
    }
  }
  return {
    hasSshServer: ssh.some((name) => inspection.names.has(name)),
    unpackedBytes: inspection.unpackedBytes,
    found: wanted.filter((name) => inspection.names.has(name)),
  };
}
