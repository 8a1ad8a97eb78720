import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/** The file system that a path is on. */
export interface FileSystem {
  /** `/var/lib (ext4)`, for messages. */
  readonly title: string;
  /** What it has none left of, with its size; undefined while it has both. */
  readonly full: "bytes" | "inodes" | undefined;
  /** `0 of 4 MiB free`, and the same of the inodes where these are counted. */
  readonly usage: string;
}

/** Less than this cannot hold a record and its folder, nor the start of a container. */
const leastBytes = 8192;
const leastInodes = 8;

/**
 * Looks at the file system of a path, or of the first folder above it that exists.
 *
 * @returns undefined where the system does not tell.
 */
export function fileSystemOf(path: string): FileSystem | undefined {
  try {
    const there = existing(path);
    const { bsize, blocks, bavail, files, ffree } = statfsSync(there);
    const inodes = files === 0 ? "" : `, ${ffree} of ${files} inodes free`;
    // A kernel's own, such as /proc, counts no blocks.
    const outOfBytes = blocks > 0 && bavail * bsize < Math.max(leastBytes, bsize) ? "bytes" : undefined;
    return {
      title: mountOf(there, readFileSync("/proc/self/mountinfo", "utf8")),
      full: files > 0 && ffree < leastInodes ? "inodes" : outOfBytes,
      usage: `${inMebibytes(bavail * bsize)} of ${inMebibytes(blocks * bsize)} free${inodes}`,
    };
  } catch {
    // This is asked to explain a failure, and must not hide it behind another.
    return undefined;
  }
}

/**
 * The mount point of a path and the type of what is mounted: `/var/lib (ext4)`.
 *
 * @param mountinfo as of proc_pid_mountinfo(5).
 */
export function mountOf(path: string, mountinfo: string): string {
  let found = { point: "/", type: "unknown" };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const point = unescaped(before.split(" ")[4] ?? "");
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    // Of two on one folder, the later one hides the other.
    if (point !== "" && holds && point.length >= found.point.length) {
      found = { point, type: after.split(" ")[0] ?? "unknown" };
    }
  }
  return `${found.point} (${found.type})`;
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

/** Blanks and their like are written as octal numbers there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 104_857.6) / 10} MiB`;
}
