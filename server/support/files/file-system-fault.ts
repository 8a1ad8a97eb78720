import { type ErrorCode, MccError, messageOf } from "../../../protocol/error";
import { type FileSystem, fileSystemOf } from "./file-system";

interface Refusal {
  readonly code: ErrorCode;
  /** What the daemon was refused. */
  readonly refused: "written" | "used";
  /** What is the matter with the file system, and what to do. */
  readonly says: (fileSystem: FileSystem | undefined) => string;
}

const noRoom = (what: string, remedy: string) => (fileSystem: FileSystem | undefined) =>
  `${what}${fileSystem === undefined ? "" : ` (${fileSystem.usage})`}; ${remedy}`;

/** The ways in which a file system refuses the daemon its files, by the system's error codes. */
const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: {
    code: "exhausted",
    refused: "written",
    says: (fileSystem) =>
      fileSystem?.full === "inodes"
        ? noRoom("has no inodes left", "remove files on it, and try again")(fileSystem)
        : noRoom("has no space left", "free some, and try again")(fileSystem),
  },
  EDQUOT: {
    code: "exhausted",
    refused: "written",
    says: noRoom("has no disk quota left for the daemon", "free some, or raise the quota, and try again"),
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
    says: () => "does not permit it; look at its owner and attributes (ls -l, lsattr), and try again",
  },
  EIO: {
    code: "unavailable",
    refused: "used",
    says: () => "has an input/output error; look at dmesg on the host",
  },
  ESTALE: {
    code: "unavailable",
    refused: "used",
    says: () => "has lost the file (ESTALE); mount it again",
  },
};

/** What is in the place of a file or a folder of the daemon's, by the system's error codes. */
const obstacles: Readonly<Record<string, string>> = {
  EISDIR: "a folder is in the place of a file",
  ENOTDIR: "a file is in the place of a folder",
  EEXIST: "something else is in its place",
  ENXIO: "a socket, or a FIFO without a reader, is in the place of a file",
};

/** Operations on files: sockets and processes can fail with the same codes. */
const ofFiles =
  /^(open|read|write|writev|fsync|fdatasync|ftruncate|truncate|rename|link|symlink|unlink|rm|rmdir|mkdir|mkdtemp|scandir|opendir|chmod|fchmod|chown|fchown|lchown|copyfile|cp|stat|lstat|readlink|access|utime|statfs)$/;

/** What LXC, vzctl and tar say in the C locale when a file system refuses them. */
const engineWords: readonly {
  readonly words: RegExp;
  readonly code: string;
  /** They have other causes, too: they count only where a file system is full. */
  readonly onlyIfFull?: true;
}[] = [
  // The second is what tar says when the last bytes that fit are not a whole record.
  { words: /No space left on device|\bWrote only \d+ of \d+ bytes/, code: "ENOSPC" },
  { words: /Disk quota exceeded/, code: "EDQUOT" },
  { words: /Read-only file system/, code: "EROFS" },
  // Overlayfs makes a folder of its own at each mount. LXC tries once more without, and reports the second failure only.
  { words: /Failed to mount "/, code: "ENOSPC", onlyIfFull: true },
];

/**
 * A failed file operation as what callers are told, with the file system named: `exhausted` where there is no room,
 * `unavailable` where the daemon may not write, or something else is in the place of its file. Anything else is returned as it came.
 *
 * @param path where the operation was; default: as the error tells, which one on an open file does not.
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

/** Runs the work on a file; a file system that refuses it is named. @throws as `asFileSystemFault` returns it. */
export async function namingFileSystem<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFileSystemFault(error, path);
  }
}

/** Whether a file system without room, or that the daemon cannot use, is the cause. */
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
 * The failure of an engine command whose words tell that a file system refused it, with its code and the file system.
 *
 * @param folders where the engine writes; the first that is full is named. The words may also mean another limit of the
 * kernel's, so none is named as full that has room.
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
    : `The file system ${named?.title ?? "of the engine"} has room now (${named?.usage ?? "unknown"}): what was made is removed again, or it is another limit of this host's.`;
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
