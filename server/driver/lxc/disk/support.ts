import { existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { type Mount, mountHere } from "../../../support/files/file-system";
import { isInside } from "../../../support/ordinary-user";
import type { Finding } from "../../driver";
import { findProgram, type Program } from "../commands/programs";

/** How the file system of the containers limits the bytes of a folder. */
export type DiskMethod = "subvolumes" | "projects";

export type DiskSupport =
  | { readonly method: DiskMethod; readonly mount: Mount }
  | { readonly lacks: Finding };

/** Returns how the file system of a folder, which need not exist, limits folders; or why it does not, with the remedy. */
export function readDiskSupport(folder: string): DiskSupport {
  if (isInside()) {
    return {
      lacks: {
        lacking: "an ordinary user's daemon cannot limit the disk, and an instance type has diskBytes",
        remedy: "choose --types without diskBytes, or run the daemon as root",
      },
    };
  }
  const mount = mountHere(folder);
  return methodOf[mount.type]?.(mount) ?? { lacks: noMethod(mount) };
}

const methodOf: Readonly<Record<string, (mount: Mount) => DiskSupport>> = {
  btrfs: (mount) =>
    lackingProgram("btrfs", "btrfs-progs") ??
    (hasQuotas(mount)
      ? { method: "subvolumes", mount }
      : lacking(mount, "has its quotas switched off", `btrfs quota enable ${mount.point}`)),
  ext4: (mount) =>
    projects(
      mount,
      `unmount it, run tune2fs -O project,quota ${mount.source}, and mount it with the option prjquota`,
    ),
  xfs: (mount) => projects(mount, "mount it with the option pquota"),
};

function projects(mount: Mount, remedy: string): DiskSupport {
  return mount.options.includes("prjquota") || mount.options.includes("pquota")
    ? (lackingProgram("chattr", "e2fsprogs") ??
        lackingProgram("setquota", "quota") ?? { method: "projects", mount })
    : lacking(mount, "is mounted without project quotas", remedy);
}

function noMethod(mount: Mount): Finding {
  const remedy = "choose a folder on btrfs, or on ext4 or xfs with project quotas, with --state-dir";
  return lacking(mount, "cannot limit folders", remedy).lacks;
}

function lacking({ point, type }: Mount, what: string, remedy: string): { readonly lacks: Finding } {
  return {
    lacks: { lacking: `the file system ${point} (${type}) ${what}; it must enforce diskBytes`, remedy },
  };
}

function lackingProgram(program: Program, name: string): { readonly lacks: Finding } | undefined {
  return findProgram(program) === undefined
    ? {
        lacks: {
          lacking: `${program} is not installed; it enforces diskBytes`,
          remedy: `apt install ${name}`,
        },
      }
    : undefined;
}

const btrfsFolder = "/sys/fs/btrfs";

/** The kernel shows a btrfs file system by its id, with its devices, and with its quota groups if quotas are on. */
function hasQuotas({ source }: Mount): boolean {
  try {
    const device = basename(realpathSync(source));
    return readdirSync(btrfsFolder)
      .map((id) => join(btrfsFolder, id))
      .some((id) => existsSync(join(id, "devices", device)) && existsSync(join(id, "qgroups")));
  } catch {
    // Without btrfs, or for a source that is no device.
    return false;
  }
}
