import { type ErrorCode, MccError, messageOf } from "../../../protocol/error";
import { type FileSystem, fileSystemOf } from "./file-system";

interface Refusal {
  readonly code: ErrorCode;
  /** Whether the daemon could not write the file or not use it at all. */
  readonly refused: "written" | "used";
  /** Returns what is wrong with the file system, and the remedy. */
  readonly says: (fileSystem: FileSystem | undefined) => string;
}

const noRoom = (what: string, remedy: string) => (fileSystem: FileSystem | undefined) =>
  `${what}${fileSystem === undefined ? "" : ` (${fileSystem.usage})`}; ${remedy}`;

/** The errors of a file system for the daemon's files, by the system's error codes. */
const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: {
    code: "exhausted",
    refused: "written",
    says: (fileSystem) =>
      fileSystem?.full === "inodes"
        ? noRoom("has no inodes left", "remove files on it, and try again")(fileSystem)
        : noRoom("has no space left", "free space, and try again")(fileSystem),
  },
  EDQUOT: {
    code: "exhausted",
    refused: "written",
    says: noRoom("has no disk quota left for the daemon", "free space, or raise the quota, and try again"),
  },
  EROFS: {
    code: "unavailable",
    refused: "written",
    says: () => "is read-only; mount it read-write, and try again",
  },
  EACCES: {
    code: "unavailable",
    refused: "used",
    says: () => "does not permit it; give the daemon's user access, and try again",
  },
  EPERM: {
    code: "unavailable",
    refused: "used",
    says: () => "does not permit it; check its owner and attributes (ls -l, lsattr), and try again",
  },
  EIO: {
    code: "unavailable",
    refused: "used",
    says: () => "has an input/output error; see dmesg on the host",
  },
  ESTALE: {
    code: "unavailable",
    refused: "used",
    says: () => "has lost the file (ESTALE); mount it again",
  },
};

/** What is in the place of a file or folder of the daemon, by the system's error codes. */
const obstacles: Readonly<Record<string, string>> = {
  EISDIR: "a folder is in the place of a file",
  ENOTDIR: "a file is in the place of a folder",
  EEXIST: "another entry is in its place",
  ENXIO: "a socket, or a FIFO without a reader, is in the place of a file",
};

/** The system calls for files. Sockets and processes can fail with the same codes. */
const ofFiles =
  /^(open|close|read|write|writev|fsync|fdatasync|ftruncate|truncate|rename|link|symlink|unlink|rm|rmdir|mkdir|mkdtemp|scandir|opendir|chmod|fchmod|chown|fchown|lchown|copyfile|cp|stat|fstat|lstat|readlink|realpath|access|utime|futime|lutime|statfs)$/;

/** Messages of LXC, vzctl and tar in the C locale for errors of a file system. */
const engineWords: readonly {
  readonly words: RegExp;
  readonly code: string;
  /** Whether they have other causes too. Then they count only if a file system is full. */
  readonly onlyIfFull?: true;
}[] = [
  // tar prints the second message if the last bytes that fit are not a whole record.
  { words: /No space left on device|\bWrote only \d+ of \d+ bytes/, code: "ENOSPC" },
  { words: /Disk quota exceeded/, code: "EDQUOT" },
  { words: /Read-only file system/, code: "EROFS" },
  // Overlayfs creates its own folder at each mount. LXC tries again without it, and reports only the second failure.
  { words: /Failed to mount "/, code: "ENOSPC", onlyIfFull: true },
];

/**
 * Returns the error for callers of a failed file operation, with the name of the file system: `exhausted` if it has no
 * room; `unavailable` if the daemon may not write, or if something else is in the place of its file. Any other error is
 * returned unchanged.
 *
 * @param path the file. Default: the path in the error, which an operation on an open file does not have.
 */
export function asFileSystemFault(error: unknown, path?: string): unknown {
  const code = systemCodeOfFile(error) ?? "";
  const where = path ?? pathOf(error);
  const obstacle = obstacles[code];
  if (obstacle !== undefined) {
    return new MccError(
      "unavailable",
      `${where ?? "A file"} cannot be used: ${obstacle}; move it away, and try again.`,
      { cause: error },
    );
  }
  const refusal = refusals[code];
  if (refusal === undefined) {
    return error;
  }
  const fileSystem = where === undefined ? undefined : fileSystemOf(where);
  return new MccError(
    refusal.code,
    where === undefined
      ? `A file cannot be ${refusal.refused} (${messageOf(error)}): its file system ${refusal.says(undefined)}.`
      : `${where} cannot be ${refusal.refused}: the file system ${fileSystem?.title ?? "of that file"} ${refusal.says(fileSystem)}.`,
    { cause: error },
  );
}

/** Runs an operation on a file. @throws the error as `asFileSystemFault` returns it. */
export async function namingFileSystem<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFileSystemFault(error, path);
  }
}

/** Returns whether the cause is a full file system, or one that the daemon cannot use. */
export function isFileSystemFault(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = systemCodeOfFile(cause);
    if (code !== undefined && (code in refusals || code in obstacles)) {
      return true;
    }
  }
  return false;
}

/**
 * Returns the error for a failed engine command whose message reports an error of a file system, with its code and the
 * file system.
 *
 * @param folders the engine's folders. The first one on a full file system is named. The message may also mean another
 * limit of the kernel, so a file system that has room is never called full.
 */
export function asEngineFault(failure: MccError, folders: readonly string[]): MccError {
  const found = engineWords.find(({ words }) => words.test(failure.message));
  const refusal = found && refusals[found.code];
  if (refusal === undefined || failure.code === "timeout") {
    return failure;
  }
  const all = folders.map((folder) => fileSystemOf(folder));
  const full = all.find((fileSystem) => fileSystem?.full !== undefined);
  if (found?.onlyIfFull === true && full === undefined) {
    return failure;
  }
  const named = full ?? all[0];
  const isBlamed = refusal.code !== "exhausted" || full !== undefined;
  const says = isBlamed
    ? `The file system ${named?.title ?? "of the engine"} ${refusal.says(named)}.`
    : `The file system ${named?.title ?? "of the engine"} has room now (${named?.usage ?? "unknown"}): the partial result was removed, or another limit of this host was reached.`;
  return new MccError(refusal.code, `${failure.message} ${says}`, {
    cause: failure,
    confidential: failure.confidential,
  });
}

function systemCodeOfFile(error: unknown): string | undefined {
  return error instanceof Error &&
    "code" in error &&
    "syscall" in error &&
    ofFiles.test(String(error.syscall))
    ? String(error.code)
    : undefined;
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}
