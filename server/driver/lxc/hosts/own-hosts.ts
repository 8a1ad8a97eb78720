import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lchownSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hasErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { openNew } from "../../../support/files/json-file";
import { newHostsText, withBlock } from "../../hosts-text";
import { containerRoot } from "../commands/command";
import { rewriteOpened } from "../files/rewrite";

/** A larger file is none that a person or a tool maintains. */
const mostBytes = 1024 * 1024;

type Access = Pick<Stats, "uid" | "gid" | "mode">;
const newAccess: Access = { uid: containerRoot, gid: containerRoot, mode: 0o644 };

// Synchronous for the reason in files/layer.ts: a name that changes is written for each instance of a stack.

/**
 * Creates the folder that a container has at /etc/minicloud, with its hosts file. The container may write to it.
 *
 * @returns the size of the file, as the other functions that write it do.
 */
export function makeOwnHosts(folder: string, lines: readonly string[]): number {
  mkdirSync(folder);
  lchownSync(folder, containerRoot, containerRoot);
  chmodSync(folder, 0o755);
  return writeHosts(folder, newHostsText(lines), newAccess);
}

/**
 * Replaces the daemon's block in a container's hosts file, with a temporary file and a rename. Other lines stay, also those
 * that are added at the same time. A missing file is created.
 *
 * @throws MccError `conflict` as `readHosts` does.
 */
export function replaceBlock(folder: string, lines: readonly string[]): number {
  return changeBlock(folder, lines, {
    write: (descriptor, before, after) => {
      const access = fstatSync(descriptor);
      const size = writeHosts(folder, after, access);
      // A program that opened the earlier file may have added lines in the meantime.
      const late = readFrom(descriptor);
      return late === before ? size : writeHosts(folder, withBlock(late, lines), access);
    },
  });
}

/**
 * Replaces the daemon's block in place, in a quarter of the time. Only for a container whose users do not have it yet: a
 * reader could find a part of the content.
 *
 * @throws MccError `conflict` as `readHosts` does.
 */
export function rewriteBlock(folder: string, lines: readonly string[]): number {
  return changeBlock(folder, lines, {
    flags: constants.O_RDWR,
    write: (descriptor, _before, after) => {
      rewriteOpened(descriptor, Buffer.from(after, "latin1"), fstatSync(descriptor).size);
      return after.length;
    },
  });
}

interface BlockChange {
  /** How the file is opened. Default: for reading. */
  readonly flags?: number;
  /** Writes the new text of a file that has another one, and returns its size. */
  readonly write: (descriptor: number, before: string, after: string) => number;
}

/** Changes the daemon's block, or creates the file. @throws MccError `conflict` as `readHosts` does. */
function changeBlock(folder: string, lines: readonly string[], { flags, write }: BlockChange): number {
  const descriptor = openHosts(join(folder, "hosts"), flags);
  if (descriptor === undefined) {
    return writeHosts(folder, newHostsText(lines), newAccess);
  }
  try {
    const before = readFrom(descriptor);
    const after = withBlock(before, lines);
    return after === before ? before.length : write(descriptor, before, after);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces the content of a container's hosts file, for instance by the one that was in its place. */
export function replaceText(folder: string, text: string): void {
  writeHosts(folder, text, newAccess);
}

/**
 * Returns the text of a hosts file that a container can change. No link of the container is followed.
 *
 * @returns undefined if there is none.
 * @throws MccError `conflict` for anything else than a regular file with one link and at most 1 MiB.
 */
export function readHosts(path: string): string | undefined {
  const descriptor = openHosts(path);
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    return readFrom(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openHosts(path: string, access = constants.O_RDONLY): number | undefined {
  try {
    return openSync(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      return undefined;
    }
    throw hasErrno(error, "ELOOP", "ENXIO", "EISDIR") ? refusal() : error;
  }
}

/** The file's bytes stay as they are, whatever their encoding is. */
function readFrom(descriptor: number): string {
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || stats.nlink > 1 || stats.size > mostBytes) {
    throw refusal();
  }
  const content = Buffer.alloc(stats.size);
  const size = readSync(descriptor, content, { position: 0 });
  return content.toString("latin1", 0, size);
}

function refusal(): MccError {
  return new MccError(
    "conflict",
    "/etc/minicloud/hosts in the instance is not a regular file with one link and at most 1 MiB; remove it there, and it is written again.",
  );
}

function writeHosts(folder: string, text: string, { uid, gid, mode }: Access): number {
  const content = Buffer.from(text, "latin1");
  const path = join(folder, "hosts");
  const temporary = join(folder, ".hosts.minicloud");
  try {
    // In its place can be what a crash left, or a program inside put there. A folder there is an error.
    const descriptor = openNew(temporary, 0o600);
    try {
      writeFileSync(descriptor, content);
      fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o777);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    return content.length;
  } catch (error) {
    // Before the temporary file is removed, so that the message reports the full file system.
    const fault = asFileSystemFault(error, path);
    rmSync(temporary, { force: true });
    throw fault;
  }
}
