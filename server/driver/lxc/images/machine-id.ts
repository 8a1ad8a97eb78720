import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { resolveInRoot } from "../../../support/files/path-in-root";
import type { ContainerFile } from "../../driver";

/** The file of systemd, and the one that D-Bus has without systemd. Either may be a link to the other. */
const machineIdPaths = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/**
 * Returns the paths of the machine ids that an image contains, without links. Containers would share them. An empty file
 * is none: systemd fills it at the first boot.
 */
export async function machineIdPathsIn(rootfs: string): Promise<string[]> {
  const found = await Promise.all(
    machineIdPaths.map(async (path) => {
      const resolved = await resolveInRoot(rootfs, path);
      const stats = resolved === undefined ? undefined : await stat(join(rootfs, resolved));
      return resolved !== undefined && stats?.isFile() === true && stats.size > 0 ? [resolved] : [];
    }),
  );
  return [...new Set(found.flat())];
}

/** Returns files with a new machine id: 32 hexadecimal digits, see machine-id(5). */
export function machineIdFiles(paths: readonly string[]): ContainerFile[] {
  const content = Buffer.from(`${randomUUID().replaceAll("-", "")}\n`);
  return paths.map((path) => ({ path, content, mode: 0o444 }));
}
