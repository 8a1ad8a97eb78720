import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/** The file system of a path. */
export interface FileSystem {
  /** `/var/lib (ext4)`, for messages. */
  readonly title: string;
  /** What it has exhausted; undefined if it has both. */
  readonly full: "bytes" | "inodes" | undefined;
  /** `0 of 4 MiB free`, and the same for inodes if the file system counts them. */
  readonly usage: string;
}

/** Less is not enough for a record and its folder, or for the start of a container. */
const leastBytes = 8192;
const leastInodes = 8;

/**
 * Returns the file system of a path, or of its first parent that exists.
 *
 * @returns undefined if the system does not report it.
 */
export function fileSystemOf(path: string): FileSystem | undefined {
  try {
    const there = existing(path);
    const { bsize, blocks, bavail, files, ffree } = statfsSync(there);
    const inodes = files === 0 ? "" : `, ${ffree} of ${files} inodes free`;
    // A kernel file system such as /proc counts no blocks.
    const outOfBytes = blocks > 0 && bavail * bsize < Math.max(leastBytes, bsize) ? "bytes" : undefined;
    return {
      title: mountOf(there, readFileSync("/proc/self/mountinfo", "utf8")),
      full: files > 0 && ffree < leastInodes ? "inodes" : outOfBytes,
      usage: `${inMebibytes(bavail * bsize)} of ${inMebibytes(blocks * bsize)} free${inodes}`,
    };
  } catch {
    // The caller explains a failure, which must not be replaced by another one.
    return undefined;
  }
}

/**
 * Returns the mount point of a path and the type of its file system: `/var/lib (ext4)`.
 *
 * @param mountinfo in the form of proc_pid_mountinfo(5).
 */
export function mountOf(path: string, mountinfo: string): string {
  const { point, type } = mountHolding(path, mountinfo);
  return `${point} (${type})`;
}

/** A mount, as in proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
  /** The options of the file system, and not of the mount point. */
  readonly options: readonly string[];
}

/** Returns the mount that holds a path, which has no symbolic links. */
export function mountHolding(path: string, mountinfo: string): Mount {
  let found: Mount = { point: "/", type: "unknown", source: "", options: [] };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const point = unescaped(before.split(" ")[4] ?? "");
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    // If two are mounted on one folder, the later one hides the other.
    if (point !== "" && holds && point.length >= found.point.length) {
      const [type = "unknown", source = "", options = ""] = after.split(" ");
      found = { point, type, source: unescaped(source), options: options.split(",") };
    }
  }
  return found;
}

/** Returns the mount that holds a path, or its first parent that exists. */
export function mountHere(path: string): Mount {
  return mountHolding(existing(path), readFileSync("/proc/self/mountinfo", "utf8"));
}

function existing(path: string): string {
  for (let there = path; ; there = dirname(there)) {
    try {
      return realpathSync(there);
    } catch (error) {
      if (there === dirname(there)) {
        throw error;
      }
    }
  }
}

/** Decodes octal numbers, which stand for blanks and similar characters in mountinfo. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 104_857.6) / 10} MiB`;
}
