import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import type { DriverLog, Finding } from "../../driver";

/** A limit of the whole host that all containers share. */
interface KernelLimit {
  /** Below /proc/sys. */
  readonly file: string;
  /** Sufficient for 1,000 containers, each with a whole distribution. */
  readonly atLeast: number;
  readonly purpose: string;
}

const kernelLimits: readonly KernelLimit[] = [
  {
    file: "fs/inotify/max_user_instances",
    atLeast: 65_536,
    purpose: "with the default of 128, systemd starts in 20 containers and fails in the next",
  },
  {
    file: "fs/inotify/max_user_watches",
    atLeast: 1_048_576,
    purpose: "the files that services watch in all containers",
  },
  { file: "kernel/keys/maxkeys", atLeast: 65_536, purpose: "systemd takes a keyring for each service" },
  { file: "kernel/keys/maxbytes", atLeast: 16_777_216, purpose: "the size of these keyrings" },
  { file: "kernel/pid_max", atLeast: 1_048_576, purpose: "a container has at least 3 processes" },
  {
    file: "net/ipv4/neigh/default/gc_thresh2",
    atLeast: 32_768,
    purpose: "the kernel keeps up to this number of neighbours",
  },
  {
    file: "net/ipv4/neigh/default/gc_thresh3",
    atLeast: 65_536,
    purpose: "the neighbours of the host and of all containers share one table, by default of 1,024",
  },
];

/** The former value of each raised limit, by its file. */
const marksSchema = z.record(z.string(), z.string());

export interface KernelLimitsPlace {
  /** The file that stores the former limits. */
  readonly marksFile: string;
  /** Default: `/proc/sys` */
  readonly root?: string;
}

/**
 * Raises the limits that containers share. Logs a warning for one that cannot be raised. Skips one that does not exist
 * in this kernel or in this network namespace. Repeatable.
 */
export async function raiseKernelLimits(
  { marksFile, root = "/proc/sys" }: KernelLimitsPlace,
  log: DriverLog,
): Promise<void> {
  const before = { ...(await readMarks(marksFile)) };
  for (const { file, atLeast, purpose } of kernelLimits) {
    const path = join(root, file);
    const value = (await unlessErrno(readFile(path, "utf8"), "ENOENT"))?.trim();
    if (value === undefined || Number(value) >= atLeast) {
      continue;
    }
    try {
      // First, so that a crash in between loses nothing.
      await replaceText(marksFile, JSON.stringify({ ...before, [file]: value }));
      await writeFile(path, String(atLeast));
      before[file] = value;
    } catch (error) {
      log.warn(
        { err: error },
        `${file} is ${value} and could not be raised to ${atLeast} (${purpose}): ${messageOf(error)}; try sysctl -w ${file.replaceAll("/", ".")}=${atLeast}`,
      );
    }
  }
}

/**
 * Returns what is missing if limits are too low and this daemon cannot raise them, with the remedy for root.
 *
 * @param root the folder with the limits.
 */
export async function lowKernelLimits(root = "/proc/sys"): Promise<Finding[]> {
  const settings: string[] = [];
  for (const { file, atLeast } of kernelLimits) {
    const value = await unlessErrno(readFile(join(root, file), "utf8"), "ENOENT");
    if (value !== undefined && Number(value) < atLeast) {
      settings.push(`${file.replaceAll("/", ".")}=${atLeast}`);
    }
  }
  return settings.length === 0
    ? []
    : [
        {
          lacking: "the kernel's limits suffice for about 20 instances of whole distributions",
          remedy: `as root: sysctl -w ${settings.join(" ")}`,
          optional: true,
        },
      ];
}

/**
 * Restores the limits that were raised, unless they have been changed since.
 *
 * @param inUse whether containers of others run on this host: then no limit is changed. Default: false.
 */
export async function restoreKernelLimits({
  marksFile,
  root = "/proc/sys",
  inUse = false,
}: KernelLimitsPlace & { readonly inUse?: boolean }): Promise<void> {
  const before = inUse ? {} : await readMarks(marksFile);
  for (const { file, atLeast } of [...kernelLimits].reverse()) {
    const value = before[file];
    const path = join(root, file);
    const current = await unlessErrno(readFile(path, "utf8"), "ENOENT");
    if (value !== undefined && current?.trim() === String(atLeast)) {
      await writeFile(path, value);
    }
  }
  await rm(marksFile, { force: true });
}

/** Replaces a file as a whole, for readers at the same time or after a kill. A power cut also resets the limits. */
export async function replaceText(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  try {
    await writeFile(temporary, text, { flag: "wx", mode: 0o644 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function readMarks(marksFile: string): Promise<Record<string, string>> {
  const text = await unlessErrno(readFile(marksFile, "utf8"), "ENOENT");
  return text === undefined ? {} : marksSchema.parse(JSON.parse(text));
}
