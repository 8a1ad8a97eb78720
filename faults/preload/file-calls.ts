import { constants } from "node:fs";
import type { Effect } from "../kinds";

/** What a function of `node:fs` does, by its name without `Sync`. Functions without a row are no steps. */
export const fileCalls: Readonly<Record<string, Effect>> = {
  access: "read",
  exists: "read",
  fstat: "read",
  lstat: "read",
  opendir: "read",
  read: "read",
  readFile: "read",
  readdir: "read",
  readlink: "read",
  readv: "read",
  realpath: "read",
  stat: "read",
  statfs: "read",
  appendFile: "write",
  copyFile: "write",
  cp: "write",
  datasync: "write",
  fdatasync: "write",
  fsync: "write",
  ftruncate: "write",
  link: "write",
  mkdir: "write",
  mkdtemp: "write",
  rename: "write",
  symlink: "write",
  sync: "write",
  truncate: "write",
  write: "write",
  writeFile: "write",
  writev: "write",
  chmod: "change",
  chown: "change",
  close: "change",
  fchmod: "change",
  fchown: "change",
  futimes: "change",
  lchown: "change",
  lutimes: "change",
  rm: "change",
  rmdir: "change",
  unlink: "change",
  utimes: "change",
};

const writingFlags = constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;

/** Returns what an open does with these flags. */
export function effectOfOpen(flags: unknown): Effect {
  if (typeof flags === "number") {
    return (flags & writingFlags) === 0 ? "read" : "write";
  }
  return typeof flags === "string" && /[wa+]/.test(flags) ? "write" : "read";
}

const numbers = { EIO: [5, "i/o error"], ENOSPC: [28, "no space left on device"] } as const;

/** The system calls that Node names in its errors, where they are not those of the functions. */
const systemCalls: Readonly<Record<string, string>> = {
  appendFile: "write",
  copyFile: "copyfile",
  datasync: "fdatasync",
  exists: "access",
  readFile: "read",
  readdir: "scandir",
  readv: "read",
  sync: "fsync",
  utimes: "utime",
  writeFile: "write",
  writev: "write",
};
/** Those of file handles, which have the names of other functions. */
const systemCallsOfHandles: Readonly<Record<string, string>> = {
  chmod: "fchmod",
  chown: "fchown",
  stat: "fstat",
  truncate: "ftruncate",
  utimes: "futime",
};

/**
 * Returns the error that Node throws for this code.
 *
 * @param path undefined for operations on an open file, whose errors name none.
 */
export function systemError(code: keyof typeof numbers, call: string, path: string | undefined): Error {
  const [number, text] = numbers[code];
  const ofHandle = path === undefined ? systemCallsOfHandles[call] : undefined;
  const syscall = ofHandle ?? systemCalls[call] ?? call;
  return Object.assign(new Error(`${code}: ${text}, ${syscall}${path === undefined ? "" : ` '${path}'`}`), {
    code,
    errno: -number,
    syscall,
    ...(path === undefined ? {} : { path }),
  });
}
