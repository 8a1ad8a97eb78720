import { messageOf } from "../protocol/error";

/** What to do when this machine refuses a command its files, by the system's error code. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "free some space or inodes on that file system, or set TMPDIR to a folder on another one",
  EDQUOT: "free some of your disk quota, or set TMPDIR to a folder on another file system",
  EROFS: "set TMPDIR to a folder that can be written",
  EACCES: "set TMPDIR to a folder that you may write to",
  EPERM: "set TMPDIR to a folder that you may write to",
  EIO: "look at dmesg on this machine",
};

/** One line for a file that this machine could not write; undefined for any other failure. */
export function refusedFile(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && "syscall" in error && "path" in error)) {
    return writeRefused(error);
  }
  const remedy = String(error.syscall).startsWith("spawn") ? undefined : remedies[String(error.code)];
  return remedy && `${messageOf(error)}; ${remedy}.`;
}

/** A write to an open file has no path. */
function writeRefused(error: unknown): string | undefined {
  const isWrite =
    error instanceof Error && "code" in error && "syscall" in error && error.syscall === "write";
  const remedy =
    isWrite && ["ENOSPC", "EDQUOT", "EIO"].includes(String(error.code)) && remedies[String(error.code)];
  return remedy ? `${messageOf(error)}; ${remedy}.` : undefined;
}
