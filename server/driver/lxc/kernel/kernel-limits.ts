import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import type { DriverLog } from "../../driver";

/** A limit of the whole host's that its containers have between them. */
interface KernelLimit {
  /** Below /proc/sys. */
  readonly file: string;
  /** Enough for a thousand containers with a whole distribution in each. */
  readonly atLeast: number;
  readonly purpose: string;
}

const kernelLimits: readonly KernelLimit[] = [
  {
    file: "fs/inotify/max_user_instances",
    atLeast: 65_536,
    purpose: "by the usual 128, systemd starts in twenty containers and fails in the next",
  },
  {
    file: "fs/inotify/max_user_watches",
    atLeast: 1_048_576,
    purpose: "what services watch in all containers together",
  },
  { file: "kernel/keys/maxkeys", atLeast: 65_536, purpose: "systemd takes a keyring for each service" },
  { file: "kernel/keys/maxbytes", atLeast: 16_777_216, purpose: "the same keyrings' room" },
  { file: "kernel/pid_max", atLeast: 1_048_576, purpose: "a container has three processes at least" },
  {
    file: "net/ipv4/neigh/default/gc_thresh2",
    atLeast: 32_768,
    purpose: "up to here, neighbours stay known",
  },
  {
    file: "net/ipv4/neigh/default/gc_thresh3",
    atLeast: 65_536,
    purpose: "the neighbours of the host and of all containers share one table, of usually 1,024",
  },
];

/** The value that a limit had before it was raised, by its file. */
const marksSchema = z.record(z.string(), z.string());

export interface KernelLimitsPlace {
  /** Keeps what the limits were. */
  readonly marksFile: string;
  /** Default: `/proc/sys` */
  readonly root?: string;
}

/**
 * Raises the limits that containers would run into together. One that cannot be raised is warned of; one that this
 * kernel does not have, or not in this network namespace, is passed over. Repeatable.
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
 * Gives the limits back that were raised, unless somebody else has set them since.
 *
 * @param inUse whether containers of others run on this host: then all stay as they are. Default: false.
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

/** As a whole, for who reads it at the same time or after a kill; a power cut ends the kernel's limits too. */
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
