import { messageOf } from "../protocol/error";

/** Remedies for failed file operations on this machine, by the system's error code. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "free some space or inodes on that file system, or set TMPDIR to a folder on another one",
  EDQUOT: "free some of your disk quota, or set TMPDIR to a folder on another file system",
  EROFS: "set TMPDIR to a folder on a writable file system",
  EACCES: "set TMPDIR to a folder that you may write to",
  EPERM: "set TMPDIR to a folder that you may write to",
  EIO: "see dmesg on this machine for the disk error",
};

/** Returns one line for a failed file operation on this machine, or undefined for any other failure. */
export function refusedFile(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && "syscall" in error && "path" in error)) {
    return writeRefused(error);
  }
  const remedy = String(error.syscall).startsWith("spawn") ? undefined : remedies[String(error.code)];
  return remedy && `${messageOf(error)}; ${remedy}.`;
}

/** Handles a write to an open file, whose error has no path. */
function writeRefused(error: unknown): string | undefined {
  const isWrite =
    error instanceof Error && "code" in error && "syscall" in error && error.syscall === "write";
  const remedy =
    isWrite && ["ENOSPC", "EDQUOT", "EIO"].includes(String(error.code)) && remedies[String(error.code)];
  return remedy ? `${messageOf(error)}; ${remedy}.` : undefined;
}
